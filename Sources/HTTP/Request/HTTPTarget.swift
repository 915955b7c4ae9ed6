import CurlShim

/// An address that a request may go to, taken apart by libcurl's own parser: what is checked is what is used.
struct HTTPTarget: Sendable, Hashable {
  /// Why an address is refused; the text names no part of it that could be a secret.
  struct Refusal: Error, Sendable, Hashable {
    var reason: String
  }

  /// The address as libcurl writes it.
  let url: String
  /// `http` or `https`.
  let scheme: String
  /// Scheme, host and port.
  let origin: String
  /// The path, without query and fragment.
  let path: String
  /// Whether the host is this machine.
  let isLoopback: Bool

  /// Takes an address apart.
  ///
  /// - Parameter text: the absolute address.
  /// - Throws: `Refusal` where it is malformed, is not http or https, contains a user, or is plain http to another machine.
  init(_ text: String) throws(Refusal) {
    // libcurl passes other bytes on as they are, and what a server makes of them is anybody's guess.
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw Refusal(
        reason: "the address has a space, a control or a non-ASCII character; percent-encode it")
    }
    // The parser forgives other numbers of slashes, and takes the path's first part for the host.
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://"),
      !text[colon...].hasPrefix(":///")
    else {
      throw Refusal(reason: "the address does not begin with https:// or http:// and a host")
    }
    guard let parts = curl_url() else { throw Refusal(reason: "no memory to read the address") }
    defer { curl_url_cleanup(parts) }
    let code = curl_url_set(parts, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER))
    guard code == CURLUE_OK else {
      throw Refusal(
        reason: code == CURLUE_USER_NOT_ALLOWED
          ? "the address contains a user; send credentials in a header"
          : "the address is not a URL: \(String(cString: curl_url_strerror(code)))")
    }
    guard let url = Self.part(CURLUPART_URL, of: parts),
      let scheme = Self.part(CURLUPART_SCHEME, of: parts),
      let host = Self.part(CURLUPART_HOST, of: parts), !host.isEmpty
    else { throw Refusal(reason: "the address has no scheme or no host") }
    guard scheme == "https" || scheme == "http" else {
      throw Refusal(reason: "the address is neither https nor http")
    }
    self.url = url
    self.scheme = scheme
    isLoopback = Self.isLoopback(host)
    origin = "\(scheme)://\(host)" + (Self.part(CURLUPART_PORT, of: parts).map { ":\($0)" } ?? "")
    path = Self.part(CURLUPART_PATH, of: parts) ?? "/"
    guard scheme == "https" || isLoopback else {
      throw Refusal(
        reason:
          "plain http would show credentials on the way to \(host); use https (http is for loopback only)"
      )
    }
  }

  /// Whether a host, as libcurl's parser writes it, can only be this machine.
  ///
  /// `localhost` is safe by name: libcurl answers it itself and asks no DNS (manual of CURLOPT_RESOLVE and the changes of 7.78).
  static func isLoopback(_ host: String) -> Bool {
    let host = host.lowercased()
    if host == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in
        part.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8(part) != nil
      }
  }

  private static func part(_ part: CURLUPart, of parts: OpaquePointer) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    guard curl_url_get(parts, part, &text, 0) == CURLUE_OK, let text else { return nil }
    defer { curl_free(text) }
    return String(cString: text)
  }
}
