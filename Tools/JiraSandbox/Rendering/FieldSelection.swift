/// Which fields a client wants to see.
struct FieldSelection: Sendable, Hashable {
  private var everything = false
  private var navigable = false
  private var wanted: Set<String> = []
  private var unwanted: Set<String> = []

  /// Reads names such as `*all`, `*navigable`, `summary`, `-comment`.
  ///
  /// - Parameters:
  ///   - names: what the client sent; nil where it sent nothing.
  ///   - standard: what is meant by nothing.
  init(_ names: [String]?, default standard: String) {
    var names = names ?? []
    if names.allSatisfy({ $0.hasPrefix("-") }) { names.append(standard) }
    for name in names {
      switch name {
      case "*all": everything = true
      case "*navigable": navigable = true
      case _ where name.hasPrefix("-"): unwanted.insert(String(name.dropFirst()))
      default: wanted.insert(name)
      }
    }
  }

  func contains(_ field: FieldDefinition) -> Bool {
    if unwanted.contains(field.id) { return false }
    return everything || (navigable && field.isNavigable) || wanted.contains(field.id)
  }

  /// Whether only the id is wanted: the default of search on Cloud.
  var isOnlyID: Bool { !everything && !navigable && wanted == ["id"] }

  /// Whether no field needs an issue to be loaded: then JIRA gives longer pages.
  var isOnlyIDs: Bool { !everything && !navigable && wanted.isSubset(of: ["id", "key"]) }
}
