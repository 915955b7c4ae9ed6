/// What a site's values are called, in the languages that it was asked in.
public struct SiteNames: Sendable, Hashable {
  /// The statuses of the project's workflows.
  public var statuses = NameList()
  /// The resolutions.
  public var resolutions = NameList()
  /// The priorities.
  public var priorities = NameList()
  /// The kinds of issue that the project has.
  public var issueTypes = NameList()

  /// Knows no name yet.
  public init() {}

  /// The names of the values of a type of field; empty where JIRA does not translate them.
  ///
  /// - Parameter type: the field's type.
  /// - Returns: the list.
  public func list(for type: FieldType) -> NameList {
    switch type {
    case .status: statuses
    case .resolution: resolutions
    case .priority: priorities
    case .issueType: issueTypes
    default: NameList()
    }
  }
}
