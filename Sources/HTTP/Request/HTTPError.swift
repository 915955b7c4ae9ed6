/// Why a request has no answer.
public struct HTTPError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Kind: Sendable, Hashable {
    /// The address is malformed, has a user in it, or is plain http to a host that is not loopback.
    case refusedAddress
    /// The verb or a header could not be sent as it is, so nothing was sent.
    case refusedRequest
    /// The host's name could not be resolved.
    case resolve
    /// No connection: refused, unreachable, or not within the time for connecting.
    case connect
    /// TLS failed: certificate not verified, or the handshake broke.
    case tls
    /// The whole request took longer than allowed, or data stopped flowing.
    case timeout
    /// The connection ended before the whole answer had come.
    case reset
    /// The answer is larger than the request allowed.
    case tooLarge
    /// The answer could not be read as HTTP, or its encoding could not be undone.
    case malformedResponse
    /// The task that waited was cancelled.
    case cancelled
    /// Anything else that libcurl reports.
    case other
  }

  /// What went wrong.
  public var kind: Kind
  /// Verb and address without user, password and query; without path, where the path is a secret.
  public var request: String
  /// What libcurl said, without secrets.
  public var detail: String
  /// Whether any byte of the request may have reached the server: a creation is then ambiguous.
  public var mayHaveBeenReceived: Bool

  /// Describes a failure.
  public init(kind: Kind, request: String, detail: String, mayHaveBeenReceived: Bool) {
    self.kind = kind
    self.request = request
    self.detail = detail
    self.mayHaveBeenReceived = mayHaveBeenReceived
  }
}

extension HTTPError: CustomStringConvertible {
  /// The request and what libcurl said, in one line.
  public var description: String { "\(request): \(detail)" }
}
