import Jira

extension JiraError {
  /// Whether every other call would fail the same way: wrong credentials, or no connection.
  var concernsTheSite: Bool {
    switch kind {
    case .unauthorized, .captcha, .redirected, .circuitOpen: true
    // One refused connection is enough: the next job would only wait for its own.
    case .network: !mayHaveBeenReceived
    case .forbidden, .timeout, .rateLimited, .unavailable, .conflict, .notFound, .gone, .invalid,
      .unexpectedAnswer, .cancelled:
      false
    }
  }
}
