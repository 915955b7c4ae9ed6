import Locks

/// On which server this process has passed the check for lost commits.
final class DatabaseProof: Sendable {
  /// A check that was passed.
  struct Passed: Sendable, Hashable {
    let identity: ServerIdentity
    let rights: ServerIdentity.Rights
  }

  private let state = Lock<Passed?>(nil)

  var passed: Passed? { state.withLock { $0 } }

  func set(_ passed: Passed?) { state.withLock { $0 = passed } }
}

/// The server is not the one on which the check was passed; nothing was written.
struct ServerChanged: Error {}
