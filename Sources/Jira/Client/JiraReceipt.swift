import HTTP

/// A success of a call, as far as an inspection may look at it.
public struct JiraReceipt: Sendable {
  /// The call.
  public let call: JiraCall
  private let response: HTTPResponse

  init(call: JiraCall, response: HTTPResponse) {
    self.call = call
    self.response = response
  }

  /// The value of a header; nil where the answer has none of this name.
  ///
  /// - Parameter name: the header's name in any case.
  /// - Returns: its value.
  public func header(_ name: String) -> String? { response.header(name) }
}
