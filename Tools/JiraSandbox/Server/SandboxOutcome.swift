/// What becomes of a request on the wire.
public enum SandboxOutcome: Sendable {
  /// It is answered.
  case reply(SandboxReply)
  /// The connection is closed without an answer.
  case reset
  /// Nothing is ever sent.
  case hang
  /// The head says how long the body is, half of it follows, then the connection is closed.
  case truncated(SandboxReply)

  /// The status that is logged; 0 where none is sent.
  var status: Int {
    switch self {
    case .reply(let reply), .truncated(let reply): reply.status
    case .reset, .hang: 0
    }
  }
}
