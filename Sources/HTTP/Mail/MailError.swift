/// Why a mail was not taken.
public struct MailError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Kind: Sendable, Hashable {
    /// An address is none, so nothing was sent.
    case refusedRequest
    /// The host's name could not be resolved.
    case resolve
    /// No connection: refused, unreachable, or not within the time for connecting.
    case connect
    /// TLS failed: certificate not verified, the handshake broke, or the server does not offer it.
    case tls
    /// The server does not accept user and password.
    case login
    /// The server refuses the sender or every recipient.
    case envelope
    /// The server refuses the message itself.
    case message
    /// The server asks to come back later.
    case later
    /// It took longer than allowed.
    case timeout
    /// The connection ended before the server had taken it.
    case reset
    /// The task that waited was cancelled.
    case cancelled
    /// Anything else that libcurl reports.
    case other
  }

  /// What went wrong.
  public var kind: Kind
  /// The server, without user and password.
  public var server: String
  /// What the server or libcurl said, in one line.
  public var detail: String
  /// Whether the whole message was sent: the server may have taken it and not said so.
  public var mayHaveBeenTaken: Bool

  /// Describes a failure.
  public init(kind: Kind, server: String, detail: String, mayHaveBeenTaken: Bool) {
    self.kind = kind
    self.server = server
    self.detail = detail
    self.mayHaveBeenTaken = mayHaveBeenTaken
  }
}

extension MailError: CustomStringConvertible {
  /// The server and what was said, in one line.
  public var description: String { "\(server): \(detail)" }
}
