import Glibc

/// Where a command writes: results to `output`, everything else to `error`.
enum StandardStream: Int32 {
  case output = 1
  case error = 2

  /// Writes a line at once, in one piece where the system takes it in one.
  ///
  /// - Parameter line: the text, without its line end.
  func write(_ line: String) { draw(line + "\n") }

  /// Writes a text as it is, such as a part of a line that will be drawn over.
  ///
  /// - Parameter text: the text.
  func draw(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        // A pipe that somebody made non-blocking and does not empty: wait until it takes more.
        var descriptor = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        _ = poll(&descriptor, 1, -1)
      } else if errno != EINTR {
        return failed(errno)
      }
    }
  }

  /// Ends a command whose result cannot be written, which would seem to have succeeded.
  private func failed(_ reason: Int32) {
    // Of standard error nobody could be told, and a worker goes on without a log.
    guard self == .output else { return }
    // Whoever reads has seen enough, as after `| head`.
    if reason != EPIPE {
      StandardStream.error.write(
        "jira-sync: cannot write to standard output: \(String(cString: strerror(reason)))")
    }
    exit(ExitStatus.failed.rawValue)
  }

  /// Whether a person looks at it.
  var isTerminal: Bool { isatty(rawValue) == 1 }
}
