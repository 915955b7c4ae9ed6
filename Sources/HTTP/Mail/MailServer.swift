import CurlShim

/// A server that takes mail, from an address such as `smtps://user:password@mail.example.com:465`.
public struct MailServer: Sendable, Hashable {
  /// Why an address cannot be used; the text holds no part of it that could be a secret.
  public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it.
    public let description: String
  }

  /// The address without user and password, as libcurl writes it.
  let url: String
  /// `smtp` or `smtps`.
  let scheme: String
  /// Scheme, host and port: how errors name it.
  public let origin: String
  /// Whether the host is this machine.
  public let isLoopback: Bool
  let user: String?
  let password: String?

  /// Takes an address apart.
  ///
  /// With `smtp` the connection is made safe by STARTTLS; a server on another machine that does not offer it is refused.
  ///
  /// - Parameter text: `smtp://` or `smtps://`, user and password percent-encoded where there are any, host, and port
  ///   unless it is 25 or 465.
  /// - Throws: `Refusal` where it is malformed.
  public init(_ text: String) throws(Refusal) {
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Refusal(
        description: "it has a space, a control or a non-ASCII character; percent-encode it")
    }
    let lower = text.lowercased()
    guard lower.hasPrefix("smtp://") || lower.hasPrefix("smtps://"), !lower.contains(":///") else {
      throw Refusal(description: "it does not begin with smtp:// or smtps:// and a host")
    }
    guard let parts = curl_url() else { throw Refusal(description: "no memory to read it") }
    defer { curl_url_cleanup(parts) }
    let code = curl_url_set(parts, CURLUPART_URL, text, 0)
    guard code == CURLUE_OK else {
      throw Refusal(
        description:
          "it is not a URL: \(String(cString: curl_url_strerror(code))). Characters such as @, : and / "
          + "in user and password have to be percent-encoded")
    }
    user = try Self.login(CURLUPART_USER, of: parts)
    password = try Self.login(CURLUPART_PASSWORD, of: parts)
    guard (user == nil) == (password == nil) else {
      throw Refusal(description: "it has a user or a password without the other")
    }
    for part in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT] {
      _ = curl_url_set(parts, part, nil, 0)
    }
    guard let url = Self.part(CURLUPART_URL, of: parts),
      let scheme = Self.part(CURLUPART_SCHEME, of: parts),
      let host = Self.part(CURLUPART_HOST, of: parts)
    else { throw Refusal(description: "it has no host") }
    self.url = url
    self.scheme = scheme
    isLoopback = HTTPTarget.isLoopback(host)
    origin =
      "\(scheme)://\(host)" + (Self.part(CURLUPART_PORT, of: parts).map { ":\($0)" } ?? "")
  }

  private static func login(
    _ part: CURLUPart, of parts: OpaquePointer
  ) throws(Refusal) -> String? {
    guard let text = Self.part(part, of: parts, decoded: true), !text.isEmpty else { return nil }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Refusal(description: "its user or password has a control character")
    }
    return text
  }

  private static func part(
    _ part: CURLUPart, of parts: OpaquePointer, decoded: Bool = false
  ) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    let flags = decoded ? UInt32(CURLU_URLDECODE) : 0
    guard curl_url_get(parts, part, &text, flags) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}

extension MailServer: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The server without user and password.
  public var description: String { origin }
  /// The server without user and password.
  public var debugDescription: String { origin }
  /// Nothing: `dump` would show the password.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What delivers mail; `CurlClient` outside tests.
public protocol MailTransport: Sendable {
  /// Hands one mail to a server, once.
  ///
  /// - Parameters:
  ///   - mail: what to send.
  ///   - server: who takes it.
  ///   - timeouts: how long it may take.
  /// - Returns: what the server said.
  /// - Throws: `MailError` where the server did not say that it has it.
  func send(
    _ mail: Mail, to server: MailServer, timeouts: HTTPTimeouts
  ) async throws(MailError) -> MailReceipt
}
