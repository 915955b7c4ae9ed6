import FoundationEssentials

/// An answer that arrived whole.
public struct HTTPResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The headers as they came, in order; of the last answer where there were interim ones.
  public var headers: [(name: String, value: String)]
  /// The body, decompressed.
  public var body: Data

  /// Describes an answer.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of a name, compared without regard to case.
  ///
  /// - Parameter name: the header's name.
  /// - Returns: its value, or nil where there is no such header.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
