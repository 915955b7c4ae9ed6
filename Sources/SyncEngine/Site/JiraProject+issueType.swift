import Jira

extension JiraProject {
  /// The kind of issue that a text of the configuration means: its id, or any of its names.
  ///
  /// - Parameters:
  ///   - wanted: the text.
  ///   - names: what the project's issue types are called.
  /// - Returns: the issue type.
  /// - Throws: `SiteError.noIssueType` where there is none, or the name is that of several.
  func issueType(named wanted: String, names: SiteNames) throws(SiteError) -> IssueType {
    let types = issueTypes.filter { !$0.isSubtask }
    let ids = Set(types.map(\.id))
    let found = names.issueTypes.named(wanted).filter { ids.contains($0.id) }
    guard let id = found.first?.id, found.count == 1, let type = types.first(where: { $0.id == id })
    else {
      throw .noIssueType(
        wanted, project: key,
        available: types.map { names.issueTypes[id: $0.id]?.shown ?? $0.name },
        ids: types.map(\.id))
    }
    return type
  }
}
