/// A task that waits for a socket.
protocol PollHandler: AnyObject {
  /// The socket can be read or written, or has failed.
  func socketReady()
}
