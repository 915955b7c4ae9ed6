import CurlShim
import Glibc
import Locks

/// What the curl thread does: take letters, let libcurl work, report what ended, sleep.
///
/// It knows nothing of HTTP: a transfer is any easy handle with a receiver for its end.
final class CurlLoop {
  /// What is set on the multi handle.
  struct Settings: Sendable {
    /// How many connections to one host may be open; more transfers wait for a free one.
    var maximumConnectionsPerHost: Int
    /// How many idle connections are kept.
    var maximumIdleConnections = 32
  }

  private let mailbox: Lock<CurlMailbox>
  private let settings: Settings
  private var sessions: UnsafeMutableRawPointer?
  private var running: [ObjectIdentifier: any Transfer] = [:]
  private var orders: [UnsafeMutableRawPointer: ObjectIdentifier] = [:]
  /// Until when transfers have connections of their own, since one may be dead and not known to be.
  private var distrustUntil: ContinuousClock.Instant?
  /// Longer than a transfer lasts that was already on such a connection.
  private static let distrust = Duration.seconds(65)

  init(mailbox: Lock<CurlMailbox>, settings: Settings) {
    self.mailbox = mailbox
    self.settings = settings
  }

  /// Works until the mailbox is closed.
  func run() {
    while true {
      let failure: CurlFailure
      do {
        try work()
        return refuseAll(.shutDown)
      } catch {
        failure = error
      }
      // A failing multi handle is not used again: everybody is told, and a new one is made. The pause keeps a machine
      // without memory from being kept busy as well.
      refuseAll(.broken(failure.description))
      usleep(100_000)
    }
  }

  /// Serves one multi handle until the mailbox is closed.
  private func work() throws(CurlFailure) {
    guard let multi = curl_multi_init() else {
      throw CurlFailure(action: "make a multi handle", reason: "out of memory")
    }
    mailbox.withLock { $0.wakeTarget = CurlMailbox.WakeTarget(multi: multi) }
    defer {
      mailbox.withLock { $0.wakeTarget = nil }
      for transfer in running.values { letGo(of: transfer, multi) }
      curl_multi_cleanup(multi)
      if let sessions { curl_share_cleanup(sessions) }
      sessions = nil
    }
    try check(
      curl_shim_multi_setopt_long(
        multi, CURLMOPT_MAX_HOST_CONNECTIONS, settings.maximumConnectionsPerHost),
      "limit connections")
    try check(
      curl_shim_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, settings.maximumIdleConnections),
      "limit idle connections")
    sessions = try shareSessions()
    while readLetters(multi) {
      var active: Int32 = 0
      try check(curl_multi_perform(multi, &active), "go on with its transfers")
      reportFinished(multi)
      giveUpLate(multi)
      try check(
        curl_multi_poll(multi, nil, 0, millisecondsToSleep(), nil), "wait for its connections")
    }
  }

  /// Acts on what came in; false when the mailbox is closed.
  private func readLetters(_ multi: UnsafeMutableRawPointer) -> Bool {
    let (letters, isOpen) = mailbox.withLock { ($0.collect(), $0.ending == nil) }
    for letter in letters {
      switch letter {
      case .start(let order) where !isOpen: order.refuse(.shutDown)
      case .start(let order): start(order, on: multi)
      case .cancel(let order): end(ObjectIdentifier(order), .cancelled, on: multi)
      }
    }
    return isOpen
  }

  private func start(_ order: any TransferOrder, on multi: UnsafeMutableRawPointer) {
    // The cancellation may have come before the order did, when there was nothing to cancel yet.
    if order.isCancelled { return order.refuse(.cancelled) }
    do throws(CurlFailure) {
      let transfer = try order.makeTransfer()
      try transfer.easy.set(CURLOPT_SHARE, pointer: sessions)
      if let distrustUntil, .now < distrustUntil {
        try transfer.easy.set(CURLOPT_FRESH_CONNECT, true)
        try transfer.easy.set(CURLOPT_FORBID_REUSE, true)
      }
      try check(curl_multi_add_handle(multi, transfer.easy.raw), "begin a transfer")
      running[ObjectIdentifier(order)] = transfer
      orders[transfer.easy.raw] = ObjectIdentifier(order)
    } catch {
      order.refuse(.broken(error.description))
    }
  }

  private func reportFinished(_ multi: UnsafeMutableRawPointer) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
        let id = orders[easy]
      else { continue }
      end(id, .finished(curl_shim_message_result(message)), on: multi)
    }
  }

  /// Gives up what is past its deadline.
  ///
  /// libcurl's own limit (CURLOPT_TIMEOUT_MS) does not run while a transfer waits for a free connection: with 7.88 such a
  /// transfer waits for ever.
  private func giveUpLate(_ multi: UnsafeMutableRawPointer) {
    let now = ContinuousClock.now
    for (id, transfer) in running where transfer.deadline <= now {
      end(id, .deadlinePassed, on: multi)
    }
  }

  private func end(
    _ id: ObjectIdentifier, _ ending: TransferEnding, on multi: UnsafeMutableRawPointer
  ) {
    guard let transfer = running.removeValue(forKey: id) else { return }
    orders[transfer.easy.raw] = nil
    if ending.isTimeout {
      // libcurl keeps a connection of HTTP/2 whose transfer was given up, and each new one on it keeps it from growing old: one
      // that a firewall has forgotten fails every request until the system gives it up, after a quarter of an hour.
      distrustUntil = .now + Self.distrust
      do { try transfer.easy.set(CURLOPT_FORBID_REUSE, true) } catch {
        // The connection is left to its age; whoever waits is told of the time-out all the same.
      }
    }
    letGo(of: transfer, multi)
    transfer.end(ending)
  }

  private func letGo(of transfer: any Transfer, _ multi: UnsafeMutableRawPointer) {
    curl_multi_remove_handle(multi, transfer.easy.raw)
  }

  /// TLS sessions are kept for all transfers, so that a connection of its own costs no full handshake each time.
  ///
  /// There are no lock functions, because one thread has all the handles that share.
  private func shareSessions() throws(CurlFailure) -> UnsafeMutableRawPointer {
    guard let share = curl_share_init() else {
      throw CurlFailure(action: "make a TLS session store", reason: "out of memory")
    }
    let code = curl_shim_share(share, CURL_LOCK_DATA_SSL_SESSION)
    guard code == CURLSHE_OK else {
      curl_share_cleanup(share)
      throw CurlFailure(
        action: "share TLS sessions", reason: String(cString: curl_share_strerror(code)))
    }
    return share
  }

  /// Tells everybody, those whose letters are unread too.
  private func refuseAll(_ ending: TransferEnding) {
    for letter in mailbox.withLock({ $0.collect() }) {
      if case .start(let order) = letter { order.refuse(ending) }
    }
    let ended = running.values
    running = [:]
    orders = [:]
    for transfer in ended { transfer.end(ending) }
  }

  /// The time to the next deadline, at most ten seconds; libcurl shortens it to its own timers and to zero for waiting
  /// wake-ups.
  private func millisecondsToSleep() -> Int32 {
    guard let next = running.values.lazy.map(\.deadline).min() else { return 10_000 }
    let left = ContinuousClock.now.duration(to: next).wholeMilliseconds
    return Int32(min(max(left, 0), 10_000))
  }

  private func check(_ code: CURLMcode, _ action: String) throws(CurlFailure) {
    guard code == CURLM_OK else {
      throw CurlFailure(action: action, reason: String(cString: curl_multi_strerror(code)))
    }
  }
}
