/// How long a request may take.
public struct HTTPTimeouts: Sendable, Hashable {
  /// Name resolution, connection and TLS handshake together.
  public var connect: Duration
  /// The whole request, answer included.
  public var total: Duration
  /// How long fewer than 64 bytes a second may flow before the request is given up; libcurl counts the time until the first byte
  /// of the answer, too, so a server that takes long to compute one needs more.
  public var stall: Duration

  /// Describes the limits of a request.
  public init(
    connect: Duration = .seconds(8), total: Duration = .seconds(60), stall: Duration = .seconds(60)
  ) {
    self.connect = connect
    self.total = total
    self.stall = stall
  }
}
