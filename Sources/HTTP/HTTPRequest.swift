#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

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
  /// Whether it may travel on a connection that was used before.
  ///
  /// libcurl silently sends a request again, POST included, when a *reused* connection closes without an answer. What must not happen twice needs a connection of its own.
  public var needsFreshConnection: Bool

  /// Describes a request.
  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: Data? = nil,
    timeouts: HTTPTimeouts = HTTPTimeouts(), maximumResponseBytes: Int = 32 * 1024 * 1024,
    needsFreshConnection: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeouts = timeouts
    self.maximumResponseBytes = maximumResponseBytes
    self.needsFreshConnection = needsFreshConnection
  }
}
