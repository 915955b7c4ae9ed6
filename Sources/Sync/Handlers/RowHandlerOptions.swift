/// How creations without an answer are looked for.
public struct RowHandlerOptions: Sendable, Hashable {
  /// After which times, counted from when the creation was sent, it is looked for; the last must be past the lag of the
  /// search index.
  public var looks: [Duration]
  /// How many calls about single issues go on at a time within a run.
  public var width: Int

  /// Describes the options.
  ///
  /// - Parameters:
  ///   - looks: after which times a creation without an answer is looked for.
  ///   - width: how many calls about single issues go on at a time within a run.
  public init(
    looks: [Duration] = [.seconds(2), .seconds(10), .seconds(30), .seconds(90), .seconds(150)],
    width: Int = 6
  ) {
    self.looks = looks
    self.width = width
  }
}
