/// A message of NOTIFY.
public struct PostgresNotification: Sendable, Hashable {
  /// The channel it came on.
  public var channel: String
  /// Its text; empty where NOTIFY had none.
  public var payload: String
  /// The server process that sent it.
  public var backendPID: Int32
}
