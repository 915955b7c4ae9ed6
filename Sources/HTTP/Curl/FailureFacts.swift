import CurlShim

/// What is known of a transfer that libcurl could not finish; tells what kind of failure it was.
struct FailureFacts {
  /// What libcurl returned.
  var code: CURLcode
  /// What libcurl wrote about it.
  var explanation: String
  /// Whether a connection stood and the request was about to be written.
  var wasBegun: Bool
  /// Whether the host's name had been looked up.
  var wasResolved: Bool
  /// Whether our own bound on the answer ended it.
  var wasTooLarge = false

  /// The kind of failure.
  ///
  /// The codes: https://curl.se/libcurl/c/libcurl-errors.html
  var kind: HTTPError.Kind {
    if wasTooLarge { return .tooLarge }
    switch code {
    case CURLE_URL_MALFORMAT: return .refusedAddress
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .resolve
    case CURLE_COULDNT_CONNECT: return .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
      CURLE_SSL_ENGINE_INITFAILED:
      return .tls
    case CURLE_OPERATION_TIMEDOUT:
      // libcurl has one code for its three limits.
      if wasBegun { return .timeout }
      return wasResolved ? .connect : .resolve
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM,
      CURLE_HTTP3:
      return .malformedResponse
    case CURLE_OUT_OF_MEMORY where wasBegun, Self.tooLargeCode: return .tooLarge
    case CURLE_UNSUPPORTED_PROTOCOL where wasBegun:
      // "Received HTTP/0.9 when not allowed": something that is no status line.
      return .malformedResponse
    case CURLE_RECV_ERROR where explanation.contains("chunked-encoding"):
      // A chunk that cannot be read has the code of a connection that broke; only the words differ.
      return .malformedResponse
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      return wasBegun ? .reset : .connect
    default: return .other
    }
  }

  /// What is said of it.
  var detail: String {
    // libcurl 7.88 reports a header line of more than 100 KiB as a lack of memory.
    if code == CURLE_OUT_OF_MEMORY, wasBegun {
      return "a line of the answer's headers is longer than libcurl takes, or memory ran out"
    }
    return Self.tidy(explanation)
  }

  /// CURLE_TOO_LARGE, which newer versions report instead of a lack of memory; their headers alone name it.
  private static let tooLargeCode = CURLcode(rawValue: 100)

  /// Text of others made safe to show: one line of at most 300 characters.
  static func tidy(_ text: String) -> String {
    String(
      text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
    )
    .prefixed(300)
  }
}

extension String {
  fileprivate func prefixed(_ length: Int) -> String {
    count <= length ? self : prefix(length) + "…"
  }
}
