/// An issue that JIRA says it has made.
struct MadeIssue: Sendable {
  let draft: CreationDraft
  let id: String
  let key: String
  /// Whether it was made by a call of its own, so that there can be no doubt which row it is for.
  let isAlone: Bool
}
