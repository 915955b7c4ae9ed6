import JSON
import Jira
import Mapping
import Planning

/// One row and its issue, the people who edit both, and a worker that may crash between any two steps.
///
/// Every edit of a person is watched until the other side has it: the worker may only overwrite an edit that the other side
/// has seen, or whose conflict was recorded before.
package struct HistoryWorld {
  package typealias Side = FieldConflict.Side

  /// How a worker goes about a run; the right way, or one of those that lose data.
  package struct Worker: Sendable {
    package var plan: @Sendable (Base?, HistoryWorld) -> Plan
    /// Whether the base is read anew for each run.
    package var rereadsBase = true
    /// Whether what is about to be sent is noted before it is sent.
    package var notesWhatItSends = true
    /// Whether a value that was sent becomes the base.
    package var rebasesOnItsOwnWrites = true

    /// Describes a worker.
    package init(
      plan: @escaping @Sendable (Base?, HistoryWorld) -> Plan, rereadsBase: Bool = true,
      notesWhatItSends: Bool = true, rebasesOnItsOwnWrites: Bool = true
    ) {
      self.plan = plan
      self.rereadsBase = rereadsBase
      self.notesWhatItSends = notesWhatItSends
      self.rebasesOnItsOwnWrites = rebasesOnItsOwnWrites
    }

    /// The worker as it is built.
    package static let correct = Worker(plan: { base, world in
      Planning.plan(
        base: base, row: .present(world.row), issue: .present(world.issue), mapping: world.mapping)
    })
  }

  /// An edit of a person that the other side may not have yet.
  package struct Edit {}

  /// When a side of a field was last edited by a person.
  package typealias Touches = [Side: [String: Int]]

  /// What a run finds before it plans.
  package struct Reading {
    package var touches: Touches
    package var values: [Side: [String: FieldValue]] = [.row: [:], .issue: [:]]
  }

  package let mapping: ResolvedMapping
  package var row: Row
  package var issue: IssueSnapshot
  package var base: Base?
  package var cachedBase: Base?
  package var edits: [Side: [String: Edit]] = [.row: [:], .issue: [:]]
  /// The edits since the base last took notice of a field.
  package var touches: Touches = [.row: [:], .issue: [:]]
  package var serial = 0
  /// The values that conflicts have kept since the two sides last agreed.
  package var recorded: [Side: [String: Set<FieldValue>]] = [.row: [:], .issue: [:]]
  /// What happened, for a history that fails.
  package var log: [String] = []
  package var rowTime = 0
  package var issueTime = 0
  package var violations: [String] = []
  package var last: Plan?

  package init(mapping: ResolvedMapping, row: Row, issue: IssueSnapshot, base: Base?) {
    self.mapping = mapping
    self.row = row
    self.issue = issue
    self.base = base
    if base == nil {
      for field in tracked {
        for side in [Side.row, .issue] {
          // Who never met has not agreed that something is empty.
          if value(side, field) != .empty { edits[side]?[field.name] = Edit() }
          touches[side]?[field.name] = 0
        }
      }
    }
    clearEqual()
  }

  package var tracked: [ResolvedField] { mapping.fields.filter { $0.mapping.target != .issueKey } }

  package func rowCanonical(_ field: ResolvedField) -> FieldValue? {
    try? rowValue(field, row: row)
  }

  package func issueCanonical(_ field: ResolvedField) -> FieldValue {
    issueValue(field, issueFields: issue.fields, dialect: .cloud).value
  }

  package func value(_ side: Side, _ field: ResolvedField) -> FieldValue? {
    side == .row ? rowCanonical(field) : issueCanonical(field)
  }

  /// A person changes the row.
  package mutating func personEditsRow(_ change: (inout Row) -> Void) {
    let before = tracked.map { rowCanonical($0) }
    let columns = row.keys
    change(&row)
    // An edit empties a column; it does not drop it.
    for column in columns where row[column] == nil { row[column] = JSON.null }
    for (field, old) in zip(tracked, before) where rowCanonical(field) != old {
      touch(.row, field, isBack: rowCanonical(field) == base?.fields[field.name]?.canonical)
    }
    clearEqual()
  }

  /// A person changes the issue.
  package mutating func personEditsIssue(_ change: (inout [String: JSON]) -> Void) {
    let before = tracked.map { issueCanonical($0) }
    change(&issue.fields)
    for (field, old) in zip(tracked, before) where issueCanonical(field) != old {
      touch(.issue, field, isBack: issueCanonical(field) == base?.fields[field.name]?.issueValue)
    }
    clearEqual()
  }

  /// A person edited a side; one who puts back what was agreed has edited nothing.
  private mutating func touch(_ side: Side, _ field: ResolvedField, isBack: Bool) {
    serial += 1
    touches[side]?[field.name] = serial
    let value = value(side, field)
    // A person who does what the worker was about to do loses nothing when it is taken for ours.
    let isOurs = side == .issue && value == base?.fields[field.name]?.sent
    let saysNothing = value == .empty && base?.fields[field.name] == nil
    edits[side]?[field.name] = isBack || saysNothing || isOurs ? nil : Edit()
    log.append("person: \(side) \(field.name) = \(value.map { "\($0)" } ?? "unreadable")")
  }

  /// The values of all tracked fields, as a run reads them.
  package var reading: Reading {
    var reading = Reading(touches: touches)
    for field in tracked {
      for side in [Side.row, .issue] { reading.values[side]?[field.name] = value(side, field) }
    }
    return reading
  }

  /// The base took notice of the two values of a field that were there when `read` was taken.
  ///
  /// A person who changes a value after that and puts it back has edited nothing: values alone, on which the plan decides,
  /// are those that were agreed on.
  package mutating func settle(_ read: Reading) {
    for field in tracked {
      guard let known = base?.fields[field.name], known.sent == nil else { continue }
      // Two values that may not stand side by side are no agreement: that edit is still unseen.
      guard known.canonical == known.issueValue || mayDiffer(field, known) else { continue }
      for (side, agreed) in [(Side.row, known.canonical), (.issue, known.issueValue)]
      where value(side, field) == agreed
        && (touches[side]?[field.name] == read.touches[side]?[field.name]
          || read.values[side]?[field.name] == agreed)
      {
        edits[side]?[field.name] = nil
        touches[side]?[field.name] = nil
        recorded[side]?[field.name] = nil
      }
    }
  }

  /// Whether the two values of a field may be agreed on though they differ.
  package func mayDiffer(_ field: ResolvedField, _ known: BaseField) -> Bool {
    guard field.name != "audit_status" else { return true }
    return field.mapping.direction != .both
      && (known.canonical == .empty || known.issueValue == .empty)
  }

  /// Once both sides say the same, no edit of the field can be lost any more.
  package mutating func clearEqual() {
    for field in tracked where agree(field) {
      edits[.row]?[field.name] = nil
      edits[.issue]?[field.name] = nil
    }
  }

  package func agree(_ field: ResolvedField) -> Bool {
    rowCanonical(field) == issueCanonical(field)
  }

  package mutating func record(_ conflicts: [FieldConflict]) {
    for conflict in conflicts {
      log.append("conflict: \(conflict)")
      guard let direction = mapping[conflict.field]?.mapping.direction else { continue }
      let needed: [Side] =
        switch conflict.reason {
        // The other side's value comes from the resolution.
        case .bothChanged where ["audit_date", "audited_by"].contains(conflict.field): [.row]
        // The row's value may come from another field that was pulled in the same run.
        case .bothChanged where direction == .push: [.issue]
        case .bothChanged: [.row, .issue]
        case .followerChanged: direction == .push ? [.issue] : [.row]
        case .firstMeeting, .formatting, .cut: []
        }
      for side in needed where touches[side]?[conflict.field] == nil {
        violations.append("\(conflict.field): a conflict, but nobody edited the \(side)")
      }
      recorded[.row]?[conflict.field, default: []].insert(conflict.row)
      recorded[.issue]?[conflict.field, default: []].insert(conflict.issue)
    }
  }

  package mutating func overwrite(_ side: Side, _ field: String) {
    // A resolution fills an audit field that is empty, even one that was just emptied.
    let fills = ["audit_date", "audited_by"].contains(field)
    let held = mapping[field].flatMap { value(side, $0) }
    if fills, held == .empty || held == nil {
      edits[side]?[field] = nil
      return
    }
    let isKept = held.map { recorded[side]?[field]?.contains($0) ?? false } ?? false
    if edits[side]?[field] != nil, !isKept {
      violations.append("\(field): an edit of the \(side) was overwritten without a conflict")
    }
  }

  package mutating func write(_ writes: [FieldWrite]) {
    for write in writes {
      overwrite(.issue, write.field)
      log.append("worker: issue \(write.field) = \(write.value)")
      issue.fields[write.fieldID] = write.json
      edits[.issue]?[write.field] = nil
      issueTime += 1
    }
    clearEqual()
  }

  package mutating func write(_ writes: [ColumnWrite]) {
    let before = tracked.map { rowCanonical($0) }
    // All before the first is written: one value may be made from several columns.
    for field in Set(writes.map(\.field)) { overwrite(.row, field) }
    for write in writes {
      log.append("worker: row \(write.column) = \(write.new.text)")
      row[write.column] = write.new
      rowTime += 1
    }
    // A field that is made from a column of another's has no edit of its own any more.
    for (field, old) in zip(tracked, before) where rowCanonical(field) != old {
      edits[.row]?[field.name] = nil
    }
    clearEqual()
  }
}
