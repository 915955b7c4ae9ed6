import Glibc
import JSON
import NIOCore

/// Which names a server answers to.
///
/// A web page of another site can have its own name point to an address that a browser here reaches (DNS rebinding), and
/// its scripts then read what stands there as if it were their own. The browser still says that page's name in the Host
/// header, so only known names are answered, on every address. An address is no name: a page whose own address is ours is
/// ours.
struct HostRule: Sendable, Hashable {
  /// Whether the server can be reached from this machine only.
  let isLoopback: Bool
  /// Names besides localhost, in lower case: what was configured, and what this machine is called.
  var names: Set<String> = []

  /// Why a request is not answered; nil where it is.
  func refusal(of request: DashboardRequest) -> DashboardResponse? {
    if request.hosts.count > 1 { return .text(400, "more than one Host header") }
    guard let host = request.hosts.first else {
      return request.isHTTP10 ? nil : .text(400, "HTTP/1.1 wants a Host header")
    }
    if Self.isThisMachine(host) || isConfigured(host) { return nil }
    let shown = String(host.prefix(80)).printable()
    if isLoopback {
      return .text(
        421,
        "This address is for this machine only, and '\(shown)' is no name of it. "
          + "Ask for localhost or 127.0.0.1, or add the name to dashboard.names in jira-sync.yaml.")
    }
    if Self.isAddress(host) { return nil }
    return .text(
      421,
      "'\(shown)' is no name of this server. Ask for its address, or add the name to "
        + "dashboard.names in jira-sync.yaml.")
  }

  private func isConfigured(_ header: String) -> Bool {
    let host = header.lowercased()
    var name = host.prefix { $0 != ":" }
    guard Self.isPort(host.dropFirst(name.count)) else { return false }
    // The dot of a name that is written in full.
    if name.last == "." { name.removeLast() }
    return names.contains(String(name))
  }

  /// Whether a Host header, port and all, is an IP address in numeric form.
  ///
  /// A text that is none makes `SocketAddress` throw, and that is the answer.
  static func isAddress(_ header: String) -> Bool {
    if header.hasPrefix("[") {
      guard let end = header.firstIndex(of: "]") else { return false }
      let address = header[header.index(after: header.startIndex)..<end]
      return (try? SocketAddress(ipAddress: String(address), port: 0))?.protocol == .inet6
        && isPort(header[header.index(after: end)...])
    }
    let name = header.prefix { $0 != ":" }
    return isPort(header.dropFirst(name.count))
      && (try? SocketAddress(ipAddress: String(name), port: 0))?.protocol == .inet
  }

  /// What this machine is called, in full and up to the first dot, and the name to listen on where it is one.
  static func namesOfThisMachine(_ host: String) -> [String] {
    var buffer = [CChar](repeating: 0, count: 256)
    var names = isAddress(host) || host.contains(":") ? [] : [host]
    if gethostname(&buffer, buffer.count - 1) == 0 {
      let name = String(
        decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      names += [name, String(name.prefix { $0 != "." })]
    }
    return names.filter { !$0.isEmpty }
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
