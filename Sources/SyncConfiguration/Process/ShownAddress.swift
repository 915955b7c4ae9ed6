/// Addresses and connection strings as they may be shown: what may be a secret is replaced by `***`.
package enum ShownAddress {
  /// The parameters of libpq whose values are no secrets, and help to see what is meant.
  private static let harmless: Set<String> = [
    "host", "hostaddr", "port", "dbname", "user", "service", "sslmode", "sslrootcert", "sslcert",
    "sslnegotiation", "channel_binding", "connect_timeout", "application_name", "client_encoding",
    "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    "gssencmode", "target_session_attrs", "load_balance_hosts",
  ]

  /// A connection string without its secrets; what is none is hidden as a whole, since it may be a password.
  package static func ofDatabase(_ value: String) -> String {
    guard hasScheme(value) else { return ofPairs(value) }
    return address(value) { name, text in harmless.contains(name.lowercased()) ? text : "***" }
  }

  /// An address without the password before its host, and without the values of its query and its fragment.
  package static func withoutQuery(_ value: String) -> String {
    guard hasScheme(value) else {
      // A host without https:// is a common mistake; a token has capital letters, or no dot.
      let isHost = value.contains(".") && value.wholeMatch(of: /[a-z0-9.:\/\-]+/) != nil
      return isHost ? value : "***"
    }
    return address(value) { _, _ in "***" }
  }

  private static func hasScheme(_ value: String) -> Bool {
    value.prefixMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:\/\//) != nil
  }

  /// The `key=value` form of libpq, in which quoted values may hold blanks.
  private static func ofPairs(_ value: String) -> String {
    let pair = /\s*([A-Za-z_]+)\s*=\s*('(?:\\.|[^'\\])*'|(?:\\.|[^\s'\\])*)(?=\s|$)/
    var shown: [String] = []
    var rest = value[...]
    while let match = rest.prefixMatch(of: pair) {
      let name = String(match.1)
      shown.append("\(name)=" + (harmless.contains(name.lowercased()) ? String(match.2) : "***"))
      rest = rest[match.range.upperBound...]
    }
    return rest.allSatisfy(\.isWhitespace) && !shown.isEmpty ? shown.joined(separator: " ") : "***"
  }

  private static func address(
    _ value: String, parameter: (_ name: String, _ value: String) -> String
  ) -> String {
    guard let scheme = value.firstRange(of: "://") else { return "***" }
    var rest = value[scheme.upperBound...]
    var login = ""
    // A password begins behind the first : and ends before the last @, whatever stands in it; rather too much is hidden.
    if let at = rest.lastIndex(of: "@") {
      // An @ behind a parameter may belong to its value, and what follows it be a part of a password.
      if rest[..<at].contains(where: { "?#".contains($0) }), rest[..<at].contains("=") {
        return "\(value[..<scheme.upperBound])***"
      }
      let user = rest[..<at].prefix { !":/?#".contains($0) }
      login = user.endIndex == at ? "\(user)@" : "\(user):***@"
      rest = rest[rest.index(after: at)...]
    }
    let plain = rest.prefix { $0 != "?" && $0 != "#" }
    var shown = value[..<scheme.upperBound] + login + plain
    rest = rest[plain.endIndex...]
    guard let mark = rest.first else { return String(shown) }
    guard mark == "?" else { return shown + "#***" }
    let query = rest.dropFirst().prefix { $0 != "#" }
    shown += "?"
    shown += query.split(separator: "&", omittingEmptySubsequences: false).map { piece in
      // A piece without = may be the secret itself, as in /hook?token.
      guard let equals = piece.firstIndex(of: "=") else { return piece.isEmpty ? "" : "***" }
      let name = String(piece[..<equals])
      return "\(name)=" + parameter(name, String(piece[piece.index(after: equals)...]))
    }.joined(separator: "&")
    return String(shown) + (query.endIndex < value.endIndex ? "#***" : "")
  }
}
