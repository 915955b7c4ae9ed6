extension HTTPRequest {
  /// Why an address cannot be sent to, or nil; the text holds no part of it that could be a secret.
  ///
  /// - Parameter url: the address.
  /// - Returns: what is wrong with it.
  public static func flaw(ofAddress url: String) -> String? {
    do throws(HTTPTarget.Refusal) {
      _ = try HTTPTarget(url)
      return nil
    } catch {
      return error.reason
    }
  }

  /// Whether libcurl may send it again by itself, because sending it twice is like sending it once.
  ///
  /// https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 : the safe methods. PUT and DELETE are idempotent, too, but a
  /// second one can undo what another user did in between.
  var isSafeToSendAgain: Bool {
    body == nil && ["GET", "HEAD", "OPTIONS"].contains(method)
  }

  /// Why it cannot be sent as it is, or nil; the text holds no header value.
  var flaw: String? {
    if method.isEmpty || !method.utf8.allSatisfy(Self.isTokenByte) {
      return "the verb is not a token of RFC 9110"
    }
    if method == "HEAD", body != nil { return "HEAD has no body" }
    if method == "CONNECT" || method == "TRACE" { return "\(method) is not supported" }
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
        return "a header's name is not a token of RFC 9110"
      }
      guard value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
        return "the value of header \(name) has a line end or another control character"
      }
      // Two opinions about where a body ends are how requests are smuggled.
      guard !["content-length", "transfer-encoding"].contains(name.lowercased()) else {
        return "header \(name) is set by the client itself"
      }
    }
    return nil
  }

  /// What is given to libcurl as header lines.
  ///
  /// libcurl's own additions that would be wrong are switched off by their bare names (manual of CURLOPT_HTTPHEADER).
  var headerLines: [String] {
    // A name with nothing after the colon removes a header; a semicolon is how an empty one is sent.
    var lines = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // Otherwise a body is declared to be a form.
    if !headers.contains(where: { $0.name.lowercased() == "content-type" }) {
      lines.append("Content-Type:")
    }
    // Otherwise a large body waits a second for "100 Continue", which few servers send.
    if !headers.contains(where: { $0.name.lowercased() == "expect" }) { lines.append("Expect:") }
    return lines
  }

  /// The bytes of which verbs and header names consist.
  ///
  /// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
