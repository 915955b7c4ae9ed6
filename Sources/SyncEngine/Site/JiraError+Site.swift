import Jira

extension JiraError {
  /// Whether every other call would fail the same way: wrong credentials, or no connection.
  var concernsTheSite: Bool {
    switch kind {
    case .unauthorized, .captcha, .redirected, .circuitOpen: true
    // One refused connection is enough: the next job would only wait for its own.
    case .network: !mayHaveBeenReceived
    case .forbidden, .timeout, .rateLimited, .unavailable, .conflict, .notFound, .gone, .invalid,
      .unexpectedAnswer, .unreadable, .cancelled:
      false
    }
  }

  /// Whether the call says something of how far JIRA is out of reach: any failure of a call that went out, whatever its kind.
  ///
  /// A limit has a time of its own, and what concerns the site has closed it already.
  var maySpeakForEverything: Bool {
    !concernsTheSite && kind != .rateLimited && kind != .cancelled && kind != .unreadable
      && (status != nil || mayHaveBeenReceived)
  }

  /// Whether it says nothing of the call itself: a gateway's, a login page, or no answer at all.
  var isOfBrokenSite: Bool {
    switch kind {
    case .unavailable, .unexpectedAnswer, .network, .timeout: true
    default: false
    }
  }

  /// Whether it is about one issue and stays so until the issue, its permissions or the link are changed.
  var isLastingForOneIssue: Bool {
    switch kind {
    case .unreadable, .forbidden, .invalid, .gone: true
    default: false
    }
  }
}
