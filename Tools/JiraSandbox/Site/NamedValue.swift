/// A value of one of the site's own lists: a priority, a resolution, an issue type, a component.
struct NamedValue: Sendable, Hashable {
  var id: String
  var name: String
  var description = ""
}
