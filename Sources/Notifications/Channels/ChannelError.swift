import JSON

/// Why a message was not taken.
public struct ChannelError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What it means for the message.
  public enum Fate: Sendable, Hashable {
    /// This very message will never be taken; the next one may be.
    case refused
    /// The channel does not work at the moment: nothing is sent before this one.
    case later
    /// Some recipients have it and others do not; whether those are worth another attempt, to them alone.
    case partly(again: Bool)
  }

  /// What it means for the message.
  public var fate: Fate
  /// What came back, without secrets.
  public var description: String
  /// How long the receiver asks to be left alone.
  public var retryAfter: Duration?

  /// Describes a failure.
  public init(_ fate: Fate, _ description: String, retryAfter: Duration? = nil) {
    self.fate = fate
    // Servers answer with any bytes, and Postgres keeps the text.
    self.description = description.printable(keeping: ["\n", "\t"])
    self.retryAfter = retryAfter
  }
}
