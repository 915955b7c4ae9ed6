/// The address of a JIRA site, taken apart and checked.
struct JiraBaseURL {
  /// Scheme, host, port and context path, without a slash at the end.
  let text: String
  /// The host in lower case.
  let host: String

  private static let example =
    "expected something like https://example.atlassian.net or https://jira.example.com/jira"

  init(parsing given: String) throws(JiraConfigurationError) {
    let text = given.trimmingBlanks()
    guard !text.isEmpty else {
      throw JiraConfigurationError("the JIRA base URL is empty; \(Self.example)")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7f && $0 != "\\" })
    else {
      throw JiraConfigurationError(
        "the JIRA base URL holds a blank, a control character, a backslash or a character "
          + "outside ASCII; \(Self.example)")
    }
    guard let colon = text.range(ofASCII: "://") else {
      throw JiraConfigurationError(
        "the JIRA base URL has no https:// at its start; \(Self.example)")
    }
    let scheme = text[..<colon.lowerBound].lowercased()
    let rest = text[colon.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    var path = String(rest[authority.endIndex...])

    // What stands before an @ may be a secret and is not repeated.
    guard !authority.contains("@") else {
      throw JiraConfigurationError(
        "the JIRA base URL holds a user or a password before its host; give them as credentials. "
          + Self.example)
    }
    let tail = path.firstIndex { $0 == "?" || $0 == "#" }
    let query = tail.map { String(path[$0...]) } ?? ""
    if let tail { path = String(path[..<tail]) }
    guard let (host, port) = Self.split(authority) else {
      throw JiraConfigurationError(
        "the JIRA base URL has no usable host and port: found '\(authority)'; \(Self.example)")
    }
    guard scheme == "https" || scheme == "http" else {
      throw JiraConfigurationError(
        "the JIRA base URL has the scheme '\(scheme)'; \(Self.example)")
    }
    guard scheme == "https" || Self.isLoopback(host) else {
      throw JiraConfigurationError(
        "the JIRA base URL is plain http to \(host), which would send the credentials in clear "
          + "text; use https (http is for loopback hosts only)")
    }
    while path.hasSuffix("/") { path.removeLast() }
    let origin = "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    try Self.check(path: path, host: host, origin: origin)
    guard query.isEmpty else {
      throw JiraConfigurationError(
        "the JIRA base URL for host \(authority) has a query or a fragment; use \(origin)\(path)")
    }
    self.host = host
    self.text = origin + path
  }

  /// Whether the address is one of Atlassian's own, which serve JIRA Cloud only.
  var isAtlassianCloud: Bool {
    host.hasSuffix(".atlassian.net") || host == "api.atlassian.com"
      || host.hasSuffix(".atlassian-us-gov-mod.net")
  }

  /// The address of the same site behind Atlassian's gateway, where scoped tokens and service accounts call.
  func throughGateway(cloudID: String) throws(JiraConfigurationError) -> String {
    let isID =
      !cloudID.isEmpty
      && cloudID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    guard isID else {
      throw JiraConfigurationError(
        "the cloud id '\(cloudID)' is no id: letters, digits and hyphens, as in "
          + "https://example.atlassian.net/_edge/tenant_info")
    }
    guard !text.contains("/ex/jira/") else { return text }
    // A gateway of one's own, for trying it out.
    return (Self.isLoopback(host) ? text : "https://api.atlassian.com") + "/ex/jira/\(cloudID)"
  }

  /// Whether an address is https, or plain http to this machine.
  static func isSafe(_ url: String) -> Bool {
    if url.hasPrefix("https://") { return url.utf8.count > 8 }
    guard url.hasPrefix("http://") else { return false }
    let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return split(authority).map { isLoopback($0.host) } ?? false
  }

  private static func check(
    path: String, host: String, origin: String
  ) throws(JiraConfigurationError) {
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard !segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw JiraConfigurationError(
        "the path of the JIRA base URL, '\(path)', has empty or dotted parts; \(example)")
    }
    let names = segments.map(String.init)
    let contextEnd = JiraPage.start(in: names, isCloud: host.hasSuffix(".atlassian.net"))
    if let contextEnd {
      let base = origin + names[..<contextEnd].map { "/\($0)" }.joined()
      throw JiraConfigurationError(
        "'\(path)' is a page of JIRA for a browser, and not part of its base URL: use \(base)")
    }
    guard !host.hasSuffix(".atlassian.net") || path.isEmpty else {
      throw JiraConfigurationError(
        "the JIRA base URL has the path '\(path)', but a Cloud site has none: use https://\(host)")
    }
  }

  /// Host in lower case and port; nil where they are malformed.
  private static func split(_ authority: Substring) -> (host: String, port: Int?)? {
    var host = authority
    var port: Int?
    let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
    if let colon = authority[afterBracket...].lastIndex(of: ":") {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard digits.allSatisfy({ $0.isNumber }), let number = Int(digits),
        (1...65535).contains(number)
      else { return nil }
      port = number
    }
    guard !host.isEmpty else { return nil }
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), host.count > 2,
        host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." })
      else { return nil }
    } else {
      guard
        host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" })
      else { return nil }
    }
    return (host.lowercased(), port)
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
