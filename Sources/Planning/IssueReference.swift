/// An issue as a person or another program wrote it: a key in any case, or an address of this site.
package enum IssueReference {
  /// Reads the key of an issue.
  ///
  /// Blanks around the text do not count, nor do a query, a fragment or a slash behind an address. A bare number is no key:
  /// it might be the id of an issue.
  ///
  /// - Parameters:
  ///   - text: what was written.
  ///   - site: the address of the site, without a slash at its end.
  /// - Returns: the key in capitals; nil where the text is neither a key nor an address of an issue on this site.
  package static func key(in text: String, site: String) -> String? {
    var text = text.drop(while: isIgnored)
    while let last = text.last, isIgnored(last) { text.removeLast() }
    if text.first == "<", text.last == ">" { text = text.dropFirst().dropLast() }
    return key(String(text)) ?? address(String(text), site: site)
  }

  /// The project in a key.
  package static func project(ofKey key: String) -> String {
    String(key.prefix { $0 != "-" })
  }

  private static func isIgnored(_ character: Character) -> Bool {
    character.isWhitespace
      || character.unicodeScalars.allSatisfy {
        [0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF].contains($0.value)
      }
  }

  private static func key(_ text: String) -> String? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = parts[0].utf8.first, isLetter(first),
      parts[0].utf8.allSatisfy({ isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }),
      (1...18).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(isDigit),
      parts[1].utf8.first != UInt8(ascii: "0")
    else { return nil }
    return text.uppercased()
  }

  private static func address(_ text: String, site: String) -> String? {
    guard let (origin, path) = parts(of: text), let own = parts(of: site), origin == own.origin,
      path.hasPrefix(own.path + "/")
    else { return nil }
    guard path.hasPrefix(own.path + "/browse/") else { return selected(path) }
    let rest = path.dropFirst(own.path.count + "/browse/".count)
    let named = rest.prefix { !"/?#".contains($0) }
    let behind = rest.dropFirst(named.count)
    guard
      behind.isEmpty || behind == "/" || "?#".contains(behind.first ?? " ")
        || behind.hasPrefix("/?")
        || behind.hasPrefix("/#")
    else { return nil }
    return key(String(named))
  }

  /// The issue that a board or a filter shows beside its list.
  private static func selected(_ path: String) -> String? {
    let query = path.drop { $0 != "?" }.dropFirst().prefix { $0 != "#" }
    let values = query.split(separator: "&").filter { $0.hasPrefix("selectedIssue=") }
    guard values.count == 1, let value = values.first else { return nil }
    return key(String(value.dropFirst("selectedIssue=".count)))
  }

  /// An address in host with port, and path; `http` and `https` are not told apart, since people copy either.
  private static func parts(of text: String) -> (origin: String, path: String)? {
    let lowered = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: lowered.hasPrefix) else { return nil }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { !"/?#".contains($0) }
    // What stands before an @ is a user, by which an address of another host can look like one of this site.
    guard !authority.isEmpty, !authority.contains("@") else { return nil }
    var origin = authority.lowercased()
    let port = scheme == "https://" ? ":443" : ":80"
    if origin.hasSuffix(port) { origin.removeLast(port.count) }
    return (origin, String(rest.dropFirst(authority.count)))
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
