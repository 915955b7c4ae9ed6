import CurlShim
import Locks
import Logging

/// One mail on its way to the curl thread, and who waits for it.
final class MailOrder: TransferOrder {
  /// What a sending comes to.
  typealias Outcome = Result<MailReceipt, MailError>

  let mail: Mail
  let server: MailServer
  let timeouts: HTTPTimeouts
  let certificateFile: String?
  let logger: Logger
  let sentAt = ContinuousClock.now

  private struct State: Sendable {
    var isCancelled = false
    var continuation: CheckedContinuation<Outcome, Never>?
  }
  private let state = Lock(State())

  init(
    _ mail: Mail, to server: MailServer, timeouts: HTTPTimeouts, certificateFile: String?,
    logger: Logger
  ) {
    self.mail = mail
    self.server = server
    self.timeouts = timeouts
    self.certificateFile = certificateFile
    self.logger = logger
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Remembers that the caller no longer waits.
  func markCancelled() { state.withLock { $0.isCancelled = true } }

  /// Sets who is told; before the order is handed over.
  func wait(with continuation: CheckedContinuation<Outcome, Never>) {
    let isCancelled = state.withLock { state in
      if !state.isCancelled { state.continuation = continuation }
      return state.isCancelled
    }
    if isCancelled { continuation.resume(returning: .failure(error(for: .cancelled))) }
  }

  func makeTransfer() throws(CurlFailure) -> any Transfer { try MailTransfer(self) }

  func refuse(_ ending: TransferEnding) {
    complete(.failure(error(for: ending, mayHaveBeenTaken: false)))
  }

  /// Tells who waits.
  func complete(_ outcome: Outcome) {
    let continuation = state.withLock { state in
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(returning: outcome)
  }

  /// The error for an ending in which libcurl has no say.
  func error(for ending: TransferEnding, mayHaveBeenTaken: Bool = false) -> MailError {
    let (kind, detail): (MailError.Kind, String) =
      switch ending {
      case .cancelled: (.cancelled, "the task that waited was cancelled")
      case .shutDown: (.cancelled, "the client was shut down")
      case .deadlinePassed: (.timeout, "the mail was not taken within \(timeouts.total)")
      case .broken(let reason): (.other, reason)
      case .finished(let code): (.other, String(cString: curl_easy_strerror(code)))
      }
    return MailError(
      kind: kind, server: server.origin, detail: detail, mayHaveBeenTaken: mayHaveBeenTaken)
  }
}
