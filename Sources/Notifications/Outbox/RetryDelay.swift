/// How long a channel that does not work is left alone.
enum RetryDelay {
  /// The first is short, for what passes by itself; the second longer than a draining worker waits.
  private static let seconds = [5.0, 75, 150, 300, 600]

  /// The delay after a failure.
  ///
  /// - Parameters:
  ///   - attempts: how often the message was sent in vain before.
  ///   - asked: what the receiver asks for.
  ///   - random: a number from 0 to 1.
  /// - Returns: the delay, a tenth of jitter included.
  static func after(
    attempts: Int, asked: Duration?, random: Double = .random(in: 0...1)
  ) -> Duration {
    let plain = seconds[min(max(attempts, 0), seconds.count - 1)]
    return max(.seconds(plain * (1 + 0.1 * random)), asked ?? .zero)
  }
}
