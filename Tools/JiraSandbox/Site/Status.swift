/// A step of the workflow.
struct Status: Sendable, Hashable {
  var id: String
  var name: String
  var category: StatusCategory
}
