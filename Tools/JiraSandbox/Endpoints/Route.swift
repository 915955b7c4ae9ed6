/// An endpoint: a verb, a path with places for values, and what answers it.
struct Route: Sendable {
  typealias Handler = @Sendable (Sandbox, Call, [String]) throws(Refusal) -> SandboxReply

  private let method: String
  /// The parts of the path; a value stands where there is nil.
  private let parts: [String?]
  /// The product that has it; nil for both.
  private let deployment: Deployment?
  let handler: Handler

  /// Describes an endpoint.
  ///
  /// - Parameters:
  ///   - method: the verb.
  ///   - path: the path behind the version; `*` stands for a value.
  ///   - deployment: the product that has it; nil for both.
  ///   - handler: what answers it; gets the values in order.
  init(
    _ method: String, _ path: String, _ deployment: Deployment? = nil,
    handler: @escaping Handler
  ) {
    self.method = method
    self.parts = path.split(separator: "/").map { $0 == "*" ? nil : String($0) }
    self.deployment = deployment
    self.handler = handler
  }

  /// The values of a path; nil where this is another endpoint.
  func match(_ method: String, _ path: ArraySlice<String>, _ deployment: Deployment) -> [String]? {
    guard method == self.method, path.count == parts.count,
      self.deployment == nil || self.deployment == deployment
    else { return nil }
    var values: [String] = []
    for (part, segment) in zip(parts, path) {
      if let part {
        guard part == segment else { return nil }
      } else {
        values.append(segment)
      }
    }
    return values
  }
}
