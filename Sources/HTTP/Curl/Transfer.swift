/// Something that libcurl carries out, of whatever protocol; it lives on the curl thread.
protocol Transfer: AnyObject {
  /// The handle that libcurl works on; stays the same.
  var easy: EasyHandle { get }
  /// When it is given up, time spent waiting for a free connection included.
  var deadline: ContinuousClock.Instant { get }
  /// Tells whoever waits; called once, after libcurl has let go of the handle.
  func end(_ ending: TransferEnding)
}

/// What another thread hands to the curl thread: enough to make a transfer there.
protocol TransferOrder: AnyObject, Sendable {
  /// Whether its sender has given it up, also before it arrived.
  var isCancelled: Bool { get }
  /// Makes the transfer; called once, on the curl thread.
  ///
  /// - Throws: `CurlFailure` where libcurl refuses an option or has no memory.
  func makeTransfer() throws(CurlFailure) -> any Transfer
  /// Tells the sender that no transfer was begun; called instead of `Transfer.end`.
  func refuse(_ ending: TransferEnding)
}
