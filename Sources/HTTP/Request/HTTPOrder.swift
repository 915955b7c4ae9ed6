import CurlShim
import Locks
import Logging

/// One request on its way to the curl thread, and who waits for it.
final class HTTPOrder: TransferOrder {
  /// What a send comes to.
  typealias Outcome = Result<HTTPResponse, HTTPError>

  /// What is the same for every request of a client.
  struct Settings: Sendable {
    var userAgent: String
    var certificateFile: String?
    var maximumHeaderBytes = 256 * 1024
    var logger: Logger
  }

  let request: HTTPRequest
  let target: HTTPTarget
  let settings: Settings
  let sentAt = ContinuousClock.now

  private struct State: Sendable {
    var isCancelled = false
    var continuation: CheckedContinuation<Outcome, Never>?
  }
  private let state = Lock(State())

  init(_ request: HTTPRequest, to target: HTTPTarget, settings: Settings) {
    self.request = request
    self.target = target
    self.settings = settings
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// Remembers that the caller no longer waits.
  func markCancelled() { state.withLock { $0.isCancelled = true } }

  /// Sets who is told; before the order is handed over.
  func wait(with continuation: CheckedContinuation<Outcome, Never>) {
    state.withLock { $0.continuation = continuation }
  }

  func makeTransfer() throws(CurlFailure) -> any Transfer { try HTTPTransfer(self) }

  func refuse(_ ending: TransferEnding) {
    complete(.failure(error(for: ending, mayHaveBeenReceived: false)))
  }

  /// Tells who waits.
  func complete(_ outcome: Outcome) {
    let continuation = state.withLock { state in
      defer { state.continuation = nil }
      return state.continuation
    }
    continuation?.resume(returning: outcome)
  }

  /// Verb and address as errors and logs show them.
  var name: String {
    "\(request.method) \(target.origin)\(request.hidesPath ? "/…" : target.path)"
  }

  /// The error for an ending in which libcurl has no say.
  func error(for ending: TransferEnding, mayHaveBeenReceived: Bool) -> HTTPError {
    let (kind, detail): (HTTPError.Kind, String) =
      switch ending {
      case .cancelled: (.cancelled, "the task that waited was cancelled")
      case .shutDown: (.cancelled, "the client was shut down")
      case .deadlinePassed: (.timeout, "no whole answer within \(request.timeouts.total)")
      case .broken(let reason): (.other, reason)
      case .finished(let code): (.other, String(cString: curl_easy_strerror(code)))
      }
    return HTTPError(
      kind: kind, request: name, detail: detail, mayHaveBeenReceived: mayHaveBeenReceived)
  }
}
