/// Whether the calls of a task are part of mass work, and let those of single edits go first.
enum CallPatience {
  @TaskLocal static var isMass = false

  /// How far ahead mass work takes send slots: a call of a single edit waits no longer than this behind them.
  static let ahead = Duration.milliseconds(250)
  /// How long mass work waits at least before it asks again.
  static let shortest = Duration.milliseconds(20)
}
