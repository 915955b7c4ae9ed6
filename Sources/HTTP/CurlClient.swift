import Locks
import Logging

/// Sends HTTP requests with libcurl on one thread of its own, and mail on another.
///
/// - It tries once. A request that changes something is never written to a second connection: libcurl would do so by itself
///   when a kept connection closes without an answer, or when an HTTP/2 server refuses the stream, and is stopped. Only GET,
///   HEAD and OPTIONS without a body may go out again.
/// - It follows no redirect: a 3xx is an answer like any other, so no credential travels to another host.
/// - It sends plain http to loopback only, always verifies certificates, keeps no cookies, and undoes compression.
/// - Connections are kept and used again, with HTTP/2 where a TLS server offers it. The environment's `https_proxy` and
///   `no_proxy` count, except for loopback.
/// - Cancelling the task that waits gives the request up at once and closes its connection.
public final class CurlClient: HTTPTransport, MailTransport {
  private let thread: CurlThread
  private let settings: HTTPOrder.Settings
  /// The thread for mail, started with the first one.
  ///
  /// For a mail server's answer to the end of a mail, and to QUIT, libcurl waits and does nothing else, for two minutes each: no
  /// request may stand behind that.
  private let mailThread = Lock<MailThread>(.none)

  private enum MailThread: Sendable {
    case none
    case started(CurlThread)
    case stopped
  }

  /// Starts a client.
  ///
  /// - Parameters:
  ///   - userAgent: what it calls itself.
  ///   - maximumConnectionsPerHost: how many connections to one host may be open; more requests wait for a free one.
  ///   - certificateFile: a PEM file of certificate authorities to trust instead of the system's bundle file; nil for the
  ///     system's. What is in the system's directory of authorities stays trusted, where it has one.
  ///   - logger: told of every failure at level `debug` and of every answer at `trace`; never of headers and bodies.
  public init(
    userAgent: String = "jira-sync", maximumConnectionsPerHost: Int = 8,
    certificateFile: String? = nil,
    logger: Logger = Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
  ) {
    thread = CurlThread(
      settings: CurlLoop.Settings(maximumConnectionsPerHost: max(1, maximumConnectionsPerHost)))
    settings = HTTPOrder.Settings(
      userAgent: userAgent, certificateFile: certificateFile, logger: logger)
  }

  /// Sends one request, once, and returns its answer whatever its status.
  ///
  /// - Parameter request: what to send.
  /// - Returns: the answer, its body decompressed.
  /// - Throws: `HTTPError` where no whole answer came; its `mayHaveBeenReceived` is false only when surely no byte of the
  ///   request left.
  public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let order = try order(for: request)
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        order.wait(with: continuation)
        thread.submit(order)
      }
    } onCancel: {
      order.markCancelled()
      thread.cancel(order)
    }
    return try outcome.get()
  }

  /// Hands one mail to a server, once.
  ///
  /// TLS is used wherever the server offers it, and demanded of every server that is not on this machine.
  ///
  /// - Parameters:
  ///   - mail: what to send; one recipient that is refused keeps it from no other.
  ///   - server: who takes it.
  ///   - timeouts: how long it may take.
  /// - Returns: what the server said.
  /// - Throws: `MailError` where the server did not say that it has it.
  public func send(
    _ mail: Mail, to server: MailServer,
    timeouts: HTTPTimeouts
  ) async throws(MailError) -> MailReceipt {
    if let flaw = mail.flaw {
      throw MailError(
        kind: .refusedRequest, server: server.origin, detail: flaw, mayHaveBeenTaken: false)
    }
    let order = MailOrder(
      mail, to: server, timeouts: timeouts, certificateFile: settings.certificateFile,
      logger: settings.logger)
    guard let thread = threadForMail() else { throw order.error(for: .shutDown) }
    // While libcurl waits it keeps no limit and hears of no cancellation.
    let limit = Task {
      try await Task.sleep(for: timeouts.total + .seconds(2))
      order.complete(.failure(order.error(for: .deadlinePassed, mayHaveBeenTaken: true)))
    }
    defer { limit.cancel() }
    let outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        order.wait(with: continuation)
        thread.submit(order)
      }
    } onCancel: {
      order.markCancelled()
      thread.cancel(order)
      order.complete(.failure(order.error(for: .cancelled, mayHaveBeenTaken: true)))
    }
    return try outcome.get()
  }

  /// The thread for mail; nil after `shutdown()`.
  private func threadForMail() -> CurlThread? {
    mailThread.withLock { state in
      switch state {
      case .started(let thread): return thread
      case .stopped: return nil
      case .none:
        let thread = CurlThread(settings: CurlLoop.Settings(maximumConnectionsPerHost: 1))
        state = .started(thread)
        return thread
      }
    }
  }

  /// Gives up what is under way, closes all connections and ends the thread; returns when that is done.
  ///
  /// The thread for mail ends when the server has said its last word, and is not waited for.
  ///
  /// Requests sent afterwards fail with kind `cancelled`.
  public func shutdown() async {
    mailThread.withLock { state in
      if case .started(let thread) = state { thread.askToStop() }
      state = .stopped
    }
    thread.askToStop()
    await thread.waitUntilStopped()
  }

  /// Checks a request, before anything of it leaves.
  private func order(for request: HTTPRequest) throws(HTTPError) -> HTTPOrder {
    if let flaw = request.flaw {
      throw HTTPError(
        kind: .refusedRequest, request: "a request", detail: flaw, mayHaveBeenReceived: false)
    }
    do throws(HTTPTarget.Refusal) {
      return HTTPOrder(request, to: try HTTPTarget(request.url), settings: settings)
    } catch {
      throw HTTPError(
        kind: .refusedAddress, request: request.method, detail: error.reason,
        mayHaveBeenReceived: false)
    }
  }
}
