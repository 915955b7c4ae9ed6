import JSON
import Jira
import Mapping
import Planning

/// Whether JIRA stored what a step sent.
extension Reconciliation {
  /// What was sent, what was there and what the issue holds now, by the field's name; empty where the issue was not read since.
  var sentValues: [String: SentValue] {
    guard log.wasReadAgain else { return [:] }
    var values: [String: SentValue] = [:]
    for write in log.written {
      guard let field = mapping[write.field] else { continue }
      let read = issueValue(field, issueFields: issue.fields, dialect: dialect)
      guard read.isReadable else { continue }
      values[write.field] = SentValue(
        sent: write.value, before: write.old, held: read.value, type: write.type,
        isShared: write.isShared)
    }
    return values
  }

  /// Takes note of what JIRA made of what was sent: base, problems, and what counts as written.
  ///
  /// - Parameter history: who edited the issue meanwhile, where that was asked.
  mutating func noteStored(_ history: FieldHistory?) {
    for (name, value) in sentValues {
      guard let field = mapping[name] else { continue }
      let outcome = value.outcome(
        isEdited: history?.isEdited(id: field.fieldID, name: field.fieldName) ?? false)
      log.newBase.note(
        value, outcome, field: field, previous: oldBase?.fields[name], sending: sending)
      guard outcome == .notStored || outcome == .altered else { continue }
      log.notedBase.fields[name] = log.newBase.fields[name]
      log.decided[name] = nil
      if let unstored = log.newBase.fields[name]?.unstored {
        log.problems.append(field.problem(unstored.text(field)))
      }
      keepAsWritten(name, held: outcome == .altered ? value.held : nil)
    }
  }

  /// Takes note that JIRA made a transition and did not store a field that was sent with it.
  ///
  /// - Parameters:
  ///   - name: the name of the status field in the mapping.
  ///   - message: what happened, in words that name the JIRA field.
  mutating func noteUnstored(withTransitionOf name: String, message: String) {
    guard let field = mapping[name] else { return }
    let held = issueValue(field, issueFields: issue.fields, dialect: dialect).value
    let row = log.newBase.fields[name]?.canonical ?? held
    var known = BaseField(
      raw: log.newBase.fields[name]?.raw ?? [:], canonical: row, issue: held)
    known.fieldID = field.fieldID
    known.unstored = UnstoredValue(
      sent: row, held: held, isAltered: true, message: message, at: sending.at,
      mapping: field.digest, row: sending.row)
    log.newBase.fields[name] = known
    log.notedBase.fields[name] = known
    if let unstored = known.unstored { log.problems.append(field.problem(unstored.text(field))) }
  }

  /// When and from what values are sent: the row as this run leaves it.
  var sending: Base.Sending {
    var row = item.row ?? [:]
    for write in plan.rowWrites { row[write.column] = write.new }
    return Base.Sending(at: item.readAt, row: mapping.digest(of: row))
  }

  /// What JIRA did not store was not written; what it altered was written as it is now.
  private mutating func keepAsWritten(_ name: String, held: FieldValue?) {
    guard let place = log.written.firstIndex(where: { $0.field == name }) else { return }
    if let held {
      log.written[place].value = held
    } else {
      log.written.remove(at: place)
    }
  }
}
