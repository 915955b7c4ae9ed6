import JSON
import Jira
import Mapping

/// What JIRA made of the values that it was sent.
extension Base {
  /// When and from what a value was sent that JIRA may not have stored.
  package struct Sending: Sendable, Hashable {
    /// The time, in seconds since 1970 by the database's clock.
    package var at: Double
    /// The digest of the row.
    package var row: String

    /// Describes when and from what a value was sent.
    package init(at: Double, row: String) {
      self.at = at
      self.row = row
    }
  }

  /// Takes note of what JIRA made of a value.
  ///
  /// - Parameters:
  ///   - value: what was sent, what was there and what came back.
  ///   - outcome: what JIRA made of it.
  ///   - field: the field.
  ///   - previous: what was agreed before, nil where nothing was.
  ///   - sending: when and from what it was sent.
  package mutating func note(
    _ value: SentValue, _ outcome: SentValue.Outcome, field: ResolvedField, previous: BaseField?,
    sending: Sending
  ) {
    guard var known = fields[field.name] else { return }
    known.isUnconfirmed = nil
    switch outcome {
    case .edited: break
    case .stored:
      // The base remembers JIRA's own spelling, or the value would be written for ever.
      known = BaseField(
        raw: known.raw, canonical: known.canonical,
        issue: value.isShared ? Self.spelling(of: known.canonical, in: value.held) : value.held)
    case .notStored, .altered:
      let row = known.canonical
      known = BaseField(
        raw: known.raw, canonical: previous?.canonical ?? .empty,
        issue: previous?.issueValue ?? .empty)
      known.unstored = UnstoredValue(
        sent: row, held: value.held, isAltered: outcome == .altered, at: sending.at,
        mapping: field.digest, row: sending.row)
    }
    known.fieldID = field.fieldID
    fields[field.name] = known
  }

  /// The labels of a row as JIRA spells them; those that JIRA lacks stay as they are.
  private static func spelling(of wanted: FieldValue, in held: FieldValue) -> FieldValue {
    .set(
      of: wanted.members.map { label in
        held.members.contains(label)
          ? label : held.members.first { $0.lowercased() == label.lowercased() } ?? label
      })
  }

  /// Whether values are in it that were sent with a creation and not read since.
  package var isUnconfirmed: Bool { fields.values.contains { $0.isUnconfirmed == true } }

  /// What an issue holds of the values that were sent with its creation.
  ///
  /// - Parameters:
  ///   - issue: the issue as it was read.
  ///   - mapping: the fields.
  /// - Returns: the values that have not been read back yet, by the field's name; without those that cannot be read.
  package func sentWithCreation(_ issue: IssueSnapshot, mapping: ResolvedMapping) -> [String:
    SentValue]
  {
    var values: [String: SentValue] = [:]
    for field in mapping.fields where !field.isStatus {
      guard let known = fields[field.name], known.isUnconfirmed == true else { continue }
      let read = issueValue(field, issueFields: issue.fields, dialect: issue.dialect)
      guard read.isReadable else { continue }
      values[field.name] = SentValue(
        sent: known.sent ?? known.canonical, before: .empty, held: read.value, type: field.type,
        isShared: field.isSharedLabels)
    }
    return values
  }

  /// The fields whose last value JIRA did not store, and which are not sent again yet.
  ///
  /// - Parameters:
  ///   - row: the row.
  ///   - mapping: the fields.
  ///   - now: the time, in seconds since 1970 by the database's clock.
  /// - Returns: the fields' names.
  package func withheld(row: Row, mapping: ResolvedMapping, now: Double) -> Set<String> {
    let marked = fields.filter { $0.value.unstored != nil }
    guard !marked.isEmpty else { return [] }
    let digest = mapping.digest(of: row)
    return Set(
      marked.compactMap { name, known in
        guard let field = mapping[name], let unstored = known.unstored,
          unstored.isWithheld(now: now, mapping: field.digest, row: digest)
        else { return nil }
        return name
      })
  }

  /// Puts off for another day what was due to be sent again and could not be, so that it does not cause a job at each poll.
  ///
  /// - Parameter now: the time, in seconds since 1970 by the database's clock.
  package mutating func postponeUnstored(now: Double) {
    for (name, known) in fields {
      guard let unstored = known.unstored, unstored.at + UnstoredValue.retryAfter <= now else {
        continue
      }
      fields[name]?.unstored?.at = now
    }
  }
}
