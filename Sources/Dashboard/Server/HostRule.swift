/// Which names a server on this machine answers to.
///
/// A page of a stranger can have its own name point to 127.0.0.1 (DNS rebinding), and its scripts then read what stands
/// there as if it were their own. The browser still says the stranger's name in the Host header, so only names of this
/// machine are answered. Behind an address that others can reach, names are the network's business.
struct HostRule: Sendable, Hashable {
  /// Whether the server can be reached from this machine only.
  let isLoopback: Bool

  /// Why a request is not answered; nil where it is.
  func refusal(of request: DashboardRequest) -> DashboardResponse? {
    if request.hosts.count > 1 { return .text(400, "more than one Host header") }
    guard let host = request.hosts.first else {
      return request.isHTTP10 ? nil : .text(400, "HTTP/1.1 wants a Host header")
    }
    guard isLoopback, !Self.isThisMachine(host) else { return nil }
    return .text(
      421,
      "This address is for this machine only, and '\(host.prefix(80))' is no name of it. "
        + "Ask for localhost or 127.0.0.1.")
  }

  /// Whether a Host header, port and all, names this machine.
  static func isThisMachine(_ header: String) -> Bool {
    let host = header.lowercased()
    if host.hasPrefix("[") {
      guard let end = host.firstIndex(of: "]") else { return false }
      return host[...end] == "[::1]" && isPort(host[host.index(after: end)...])
    }
    let name = host.prefix { $0 != ":" }
    guard isPort(host.dropFirst(name.count)) else { return false }
    if name == "localhost" || name == "localhost." { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  /// Nothing, or a colon and a port.
  private static func isPort(_ rest: Substring) -> Bool {
    rest.isEmpty || (rest.hasPrefix(":") && UInt16(rest.dropFirst()) != nil)
  }
}
