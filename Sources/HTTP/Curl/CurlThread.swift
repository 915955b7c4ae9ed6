import CSys
import CurlShim
import Glibc
import Locks

/// The thread that owns libcurl's multi handle, and the mailbox through which other threads reach it.
final class CurlThread: Sendable {
  private let mailbox: Lock<CurlMailbox>

  /// Starts the thread.
  ///
  /// - Parameter settings: what is set on the multi handle.
  init(settings: CurlLoop.Settings) {
    mailbox = Lock(CurlMailbox())
    // Once per process, and not safe beside itself: a static is initialised once.
    guard Self.libraryIsReady else {
      Self.close(mailbox, because: "libcurl could not be initialised")
      return
    }
    let start = Start(mailbox: mailbox, settings: settings)
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(start)
    let failure = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard failure == 0 else {
      argument.release()
      Self.close(
        mailbox, because: "no thread for libcurl: \(String(cString: strerror(failure)))")
      return
    }
    pthread_detach(thread)
  }

  deinit { askToStop() }

  /// Hands over a transfer; the order is told of its end in every case.
  func submit(_ order: any TransferOrder) {
    let refusal: TransferEnding? = mailbox.withLock { mailbox in
      guard mailbox.ending == nil else { return mailbox.ending }
      mailbox.post(.start(order))
      return nil
    }
    if let refusal { order.refuse(refusal) }
  }

  /// Gives up a transfer, begun or not; the order's flag must be set already.
  func cancel(_ order: any TransferOrder) {
    mailbox.withLock { mailbox in
      if mailbox.ending == nil { mailbox.post(.cancel(order)) }
    }
  }

  /// Ends the thread: what runs is given up, what comes later is refused.
  func askToStop() {
    mailbox.withLock { mailbox in
      guard mailbox.ending == nil else { return }
      mailbox.ending = .shutDown
      mailbox.wake()
    }
  }

  /// Returns when the thread has let go of everything.
  func waitUntilStopped() async {
    await withCheckedContinuation { continuation in
      let isOver = mailbox.withLock { mailbox in
        if !mailbox.isOver { mailbox.waiting.append(continuation) }
        return mailbox.isOver
      }
      if isOver { continuation.resume() }
    }
  }

  private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  private static func close(_ mailbox: Lock<CurlMailbox>, because reason: String) {
    mailbox.withLock { mailbox in
      mailbox.ending = .broken(reason)
      mailbox.isOver = true
    }
  }

  /// What the new thread begins with.
  private final class Start: Sendable {
    let mailbox: Lock<CurlMailbox>
    let settings: CurlLoop.Settings

    init(mailbox: Lock<CurlMailbox>, settings: CurlLoop.Settings) {
      self.mailbox = mailbox
      self.settings = settings
    }

    func run() {
      csys_set_thread_name("curl")
      // Signals belong to the threads that wait for them. SIGPIPE above all: OpenSSL may raise it here when a peer has
      // gone, and libcurl, told to keep its hands off signals (CURLOPT_NOSIGNAL), does not ignore it.
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      CurlLoop(mailbox: mailbox, settings: settings).run()
      let waiting = mailbox.withLock { mailbox in
        mailbox.isOver = true
        defer { mailbox.waiting = [] }
        return mailbox.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }
}
