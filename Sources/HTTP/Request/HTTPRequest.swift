import FoundationEssentials

/// One request to send.
public struct HTTPRequest: Sendable {
  /// The verb, in capitals.
  public var method: String
  /// The absolute address; `https`, or `http` to a loopback host.
  public var url: String
  /// Headers in the order they are sent.
  public var headers: [(name: String, value: String)]
  /// The body; nil sends none.
  public var body: Data?
  /// How long it may take.
  public var timeouts: HTTPTimeouts
  /// The most that is kept of an answer's body, in bytes after decompression; more is an error.
  public var maximumResponseBytes: Int
  /// Whether it needs a connection that nothing has used before.
  ///
  /// A kept connection may just be closing at the other end, and then it is unknown whether the request was received. What
  /// is expensive to find out afterwards is worth a connection of its own.
  /// Sent twice it is in neither case, see `CurlClient`.
  public var needsFreshConnection: Bool
  /// Whether the address's path is a credential, as in Slack's webhook addresses: errors and logs then leave it out.
  public var hidesPath: Bool

  /// Describes a request.
  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: Data? = nil,
    timeouts: HTTPTimeouts = HTTPTimeouts(), maximumResponseBytes: Int = 32 * 1024 * 1024,
    needsFreshConnection: Bool = false, hidesPath: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeouts = timeouts
    self.maximumResponseBytes = maximumResponseBytes
    self.needsFreshConnection = needsFreshConnection
    self.hidesPath = hidesPath
  }
}
