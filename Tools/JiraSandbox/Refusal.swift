import JSON

/// An answer that says no, in JIRA's words.
struct Refusal: Error {
  var status: Int
  /// What concerns the whole request.
  var messages: [String] = []
  /// What concerns single fields, by field id.
  var errors: [String: String] = [:]
  var headers: [(name: String, value: String)] = []

  /// The body as JIRA writes it.
  var body: JSON {
    [
      "errorMessages": .array(messages.map(JSON.string)),
      "errors": .object(errors.mapValues(JSON.string)),
    ]
  }

  static func badRequest(_ message: String) -> Refusal {
    Refusal(status: 400, messages: [message])
  }

  static func field(_ id: String, _ message: String) -> Refusal {
    Refusal(status: 400, errors: [id: message])
  }

  static let noSuchIssue = Refusal(
    status: 404, messages: ["Issue does not exist or you do not have permission to see it."])

  static func notOnScreen(_ id: String) -> String {
    "Field '\(id)' cannot be set. It is not on the appropriate screen, or unknown."
  }
}
