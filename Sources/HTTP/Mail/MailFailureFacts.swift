import CurlShim

/// What is known of a mail that was not taken; tells what kind of failure it was.
struct MailFailureFacts {
  /// What libcurl returned.
  var code: CURLcode
  /// What libcurl wrote about it.
  var explanation: String
  /// What the server said.
  var dialogue: SMTPDialogue
  /// Whether the host's name had been looked up.
  var wasResolved: Bool

  /// The kind of failure.
  ///
  /// The codes: https://curl.se/libcurl/c/libcurl-errors.html
  var kind: MailError.Kind {
    switch code {
    case CURLE_LOGIN_DENIED, CURLE_AUTH_ERROR: return .login
    case CURLE_USE_SSL_FAILED: return .tls
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .resolve
    case CURLE_COULDNT_CONNECT: return .connect
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
      return .tls
    case CURLE_OPERATION_TIMEDOUT:
      if !dialogue.replies.isEmpty { return .timeout }
      return wasResolved ? .connect : .resolve
    default: break
    }
    if let refusal = dialogue.lastRefusal {
      // https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 : 4yz may be tried again, 5yz not as it is.
      if refusal.code < 500 { return .later }
      return dialogue.tookEnvelope ? .message : .envelope
    }
    switch code {
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR: return .reset
    default: return .other
    }
  }

  /// What is said of it: the server's own words where it gave a reason.
  var detail: String {
    let text = FailureFacts.tidy(explanation)
    switch kind {
    case .login, .envelope, .message, .later:
      return dialogue.lastRefusal.map { "\($0.text) (\(text))" } ?? text
    case .tls where code == CURLE_USE_SSL_FAILED:
      return
        "the server does not offer STARTTLS, and without it password and mail could be read on the way; use "
        + "smtps:// or another port"
    default: return text
    }
  }
}
