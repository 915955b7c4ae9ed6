/// Something that libcurl carries out, of whatever protocol; it lives on the curl thread.
protocol Transfer: AnyObject {
  /// The handle that libcurl works on; stays the same.
  var easy: EasyHandle { get }
  /// When it is given up, time spent waiting for a free connection included.
  var deadline: ContinuousClock.Instant { get }
  /// Tells whoever waits; called once, after libcurl has let go of the handle.
  func end(_ ending: TransferEnding)
}
