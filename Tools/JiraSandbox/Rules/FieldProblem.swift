/// Why a value cannot be set.
struct FieldProblem: Error {
  var message: String
  /// Whether JIRA says so of the request rather than of the field.
  var concernsRequest = false

  init(_ message: String, concernsRequest: Bool = false) {
    self.message = message
    self.concernsRequest = concernsRequest
  }
}
