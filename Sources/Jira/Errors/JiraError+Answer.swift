import FoundationEssentials
import HTTP
import JSON

extension JiraError {
  /// Makes an error of an answer that is not a success.
  ///
  /// - Parameters:
  ///   - response: the answer.
  ///   - endpoint: verb and path template.
  ///   - secrets: texts that are blotted out of what the answer says.
  ///   - now: the time here in milliseconds since 1970.
  ///   - longestWait: the longest wait that is believed.
  init(
    response: HTTPResponse, endpoint: String, secrets: [String], now: Int64,
    longestWait: Duration = RetryAfter.standardLimit
  ) {
    let body = ErrorBody(response.body, secrets: secrets)
    self.init(
      kind: Self.kind(of: response), status: response.status, endpoint: endpoint,
      messages: body.messages, fieldErrors: body.fieldErrors,
      retryAfter: RetryAfter(
        retryAfter: response.header("Retry-After"), reset: response.header("X-RateLimit-Reset"),
        date: response.header("Date"), now: now, limit: longestWait),
      rateLimitReason: response.header("RateLimit-Reason").map {
        ErrorBody.tidy($0, secrets: secrets, limit: 80)
      },
      requestID: (response.header("ATL-TraceId") ?? response.header("X-AREQUESTID")).map {
        ErrorBody.tidy($0, secrets: secrets, limit: 80)
      })
  }

  /// Makes an error of a request that has no answer.
  ///
  /// - Parameters:
  ///   - error: what the transport reports.
  ///   - endpoint: verb and path template.
  ///   - secrets: texts that are blotted out.
  init(transport error: HTTPError, endpoint: String, secrets: [String]) {
    let kind: Kind =
      switch error.kind {
      case .timeout: .timeout
      case .cancelled: .cancelled
      case .tooLarge, .malformedResponse: .unexpectedAnswer
      case .refusedAddress, .refusedRequest: .invalid
      case .resolve, .connect, .tls, .reset, .other: .network
      }
    self.init(
      kind: kind, endpoint: endpoint,
      messages: [ErrorBody.tidy(error.detail, secrets: secrets, limit: 500)],
      mayHaveBeenReceived: error.mayHaveBeenReceived)
  }

  private static func kind(of response: HTTPResponse) -> Kind {
    // JIRA refused the login before it looked at the password.
    let isDenied = response.header("X-Seraph-LoginReason")?.contains("AUTHENTICATION_DENIED")
    if isDenied == true, response.status == 401 || response.status == 403 { return .captcha }
    return kind(ofStatus: response.status)
  }

  /// What a status that is not a success means.
  static func kind(ofStatus status: Int) -> Kind {
    switch status {
    case 300..<400: .redirected
    case 401: .unauthorized
    case 403: .forbidden
    case 404: .notFound
    case 408: .timeout
    case 409: .conflict
    case 410: .gone
    case 425, 500..<600: .unavailable
    case 429: .rateLimited
    case 400..<500: .invalid
    default: .unexpectedAnswer
    }
  }
}
