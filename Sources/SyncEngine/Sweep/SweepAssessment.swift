/// Whether what a sweep did not find may be believed to be gone.
struct SweepAssessment: Sendable, Hashable {
  /// How many issues are linked.
  var linked: Int
  /// How many of them were neither in the search nor found by themselves.
  var missing: Int
  /// Whether the account may browse the project; nil where JIRA was not asked.
  var mayBrowse: Bool?
  /// The greatest share that may be missing.
  var mayMiss: Double

  /// How many may be missing, whatever the share says.
  private static let few = 3

  /// Why nothing of it is believed, nil where it is.
  var objection: String? {
    guard missing > 0 else { return nil }
    let found = "\(missing) of \(linked) linked issues were not found"
    if mayBrowse == false {
      return """
        \(found), and this account no longer has the permission Browse projects: that is why, so nothing was changed. Give it \
        the permission back.
        """
    }
    guard mayMiss < 1 else { return nil }
    let most = max(Self.few, Int((mayMiss * Double(linked)).rounded(.up)))
    guard missing > most || (missing == linked && linked > 1) else { return nil }
    return """
      \(found), which looks like a lost permission or an issue security level and not like deletions, so nothing was changed. \
      Check what this account may see. If they were deleted indeed, raise sweep.may_miss in jira-sync.yaml.
      """
  }
}
