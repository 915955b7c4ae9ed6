import Jira

/// One value that was sent to JIRA: what was sent, what the issue held before, and what it holds now.
package struct SentValue: Sendable, Hashable {
  /// What JIRA made of the value.
  package enum Outcome: Sendable, Hashable {
    /// It is stored, perhaps in JIRA's own spelling.
    case stored
    /// The issue holds what it held before.
    case notStored
    /// JIRA stored something else: it rounded a number, or dropped one of several options.
    case altered
    /// Another user changed the field after it was written, so the merge table decides.
    case edited
  }

  /// What was sent.
  var sent: FieldValue
  /// What the issue held before.
  var before: FieldValue
  /// What the issue holds now.
  package var held: FieldValue
  /// What the field holds.
  var type: FieldType
  /// Whether others have a part in the value: only what was added and removed counts.
  var isShared = false

  /// Describes a value that was sent.
  package init(
    sent: FieldValue, before: FieldValue, held: FieldValue, type: FieldType, isShared: Bool = false
  ) {
    self.sent = sent
    self.before = before
    self.held = held
    self.type = type
    self.isShared = isShared
  }

  /// What the three values alone say; nil where the history has to be asked.
  package var outcome: Outcome? {
    if isShared { return sharedOutcome }
    if KnownNormalization.explains(held, sent: sent, type: type) { return .stored }
    if held == before { return .notStored }
    return nil
  }

  /// What happened, once the history was asked.
  ///
  /// - Parameter isEdited: whether another user gave the field the value that it has.
  /// - Returns: the outcome.
  package func outcome(isEdited: Bool) -> Outcome { outcome ?? (isEdited ? .edited : .altered) }

  /// Of a set that others share, what was to be added must be there, and what was to be removed must not.
  private var sharedOutcome: Outcome? {
    func folded(_ value: FieldValue) -> Set<String> { Set(value.members.map { $0.lowercased() }) }
    let (sent, before, held) = (folded(sent), folded(before), folded(held))
    let added = sent.subtracting(before)
    let removed = before.subtracting(sent)
    if added.isSubset(of: held) && removed.isDisjoint(with: held) { return .stored }
    if added.isDisjoint(with: held) && removed.isSubset(of: held) { return .notStored }
    return nil
  }
}
