import JSON
import Jira
import Mapping

/// Plans a row and its issue.
///
/// Fields that may write the row come first, because fields that are only pushed are made from what the row will be: a
/// summary shows the debt that JIRA just changed.
struct Planner {
  let base: Base
  let issue: IssueSnapshot
  let mapping: ResolvedMapping
  let resolutions: [String: ConflictResolution]
  /// Fields that are left alone, each with why.
  let suspended: [String: String]
  /// Fields whose last value JIRA did not store, and which are not sent again yet.
  let withheld: Set<String>
  /// The row as it was read.
  let before: Row
  /// The row as it will be once the writes so far were done.
  var row: Row
  var result: Plan
  /// Fields that a resolution filled: the table has no say in them.
  var filled: Set<String> = []

  init(
    base: Base, row: Row, issue: IssueSnapshot, mapping: ResolvedMapping,
    resolutions: [String: ConflictResolution], suspended: [String: String],
    withheld: Set<String> = []
  ) {
    self.base = base.valid(under: mapping)
    self.row = row
    before = row
    self.issue = issue
    self.mapping = mapping
    self.resolutions = resolutions
    self.suspended = suspended
    self.withheld = withheld
    // A field that is no longer mapped would keep the columns that it was made from "changed".
    var kept = self.base
    for name in base.fields.keys
    where !mapping.mapping.fields.contains(where: { $0.name == name }) {
      kept.fields[name] = nil
    }
    result = Plan(newBase: kept)
  }

  mutating func plan() -> Plan {
    // By their places: taking each out of the array would copy it, with the dozen texts that it is made of.
    let fields = mapping.fields
    for place in fields.indices where fields[place].isStatus {
      if plan(fields[place]) { fillOnResolution() }
    }
    for place in fields.indices where fields[place].mapping.direction.pulls {
      guard !fields[place].isStatus, !filled.contains(fields[place].name) else { continue }
      if fields[place].mapping.target == .issueKey {
        appendKey(fields[place])
      } else {
        plan(fields[place])
      }
    }
    for place in fields.indices where !fields[place].mapping.direction.pulls {
      if !fields[place].isStatus { plan(fields[place]) }
    }
    // What a resolution fills is JIRA's own: after a crash it is to be pulled like JIRA's change.
    for write in result.issueWrites where !filled.contains(write.field) {
      result.notedBase.willSend(write.value, field: write.field)
    }
    if let change = result.transition {
      result.notedBase.willMove(to: change.target.category, field: change.field)
    }
    return result
  }

  /// Plans one field by the table.
  ///
  /// - Returns: whether the row is written.
  @discardableResult
  private mutating func plan(_ field: ResolvedField) -> Bool {
    do throws(FieldProblem) {
      return try step(field)
    } catch {
      result.decided[field.name] = nil
      result.problems.append(error)
      return false
    }
  }

  private mutating func step(_ field: ResolvedField) throws(FieldProblem) -> Bool {
    if let reason = suspended[field.name] { throw field.problem(reason) }
    var sides = try sides(field)
    let known = sides.base
    let resolution = resolutions[field.name].flatMap { $0.holds(sides) ? $0 : nil }
    if resolution == nil || resolution?.choice == .row {
      sides.isOwed = try owes(field, sides)
    }
    if let resolution { result.decided[field.name] = resolution.conflict }
    if let resolution, case .value(let value) = resolution.choice {
      return try write(value, to: field, sides)
    }
    if resolution != nil, resolution?.choice != .row { sides.isOwed = false }
    var outcome = FieldDecision.decide(
      sides, direction: field.mapping.direction, policy: field.mapping.conflict,
      resolution: resolution?.side)
    // The conflict that was decided is on record.
    if resolution != nil, outcome.decision != .wait { outcome.reason = nil }
    if field.mapping.apply == .create, outcome.decision == .writeIssue, !sides.isOwed {
      // It was sent once; from then on the issue keeps its own.
      outcome = FieldDecision.Outcome(decision: .agree)
    }
    switch outcome.decision {
    case .nothing:
      if let known, !known.isRaw(field.mapping.columns, of: row) {
        result.newBase.fields[field.name] = BaseField(
          raw: rawColumns(field, row), canonical: known.canonical, issue: known.issue)
      }
      return false
    case .agree: agree(field, sides)
    case .wait: conflict(field, sides, outcome)
    case .writeIssue:
      try writeIssue(field, sides)
      conflict(field, sides, outcome)
    case .writeRow:
      let writes = try field.columnWrites(sides.issue, row: row)
      var after = row
      for write in writes { after[write.column] = write.new }
      // Where the columns cannot say exactly what JIRA says, each side's own value is the base.
      let value = try field.reading(of: after).value
      conflict(field, sides, outcome)
      apply(writes)
      result.newBase.fields[field.name] = BaseField(
        raw: rawColumns(field, row), canonical: value, issue: sides.issue)
      return !writes.isEmpty
    }
    return false
  }

  /// Gives both sides what a person chose instead of either.
  private mutating func write(
    _ value: JSON, to field: ResolvedField, _ sides: FieldDecision.Sides
  ) throws(FieldProblem) -> Bool {
    let writes = try field.columnWrites(of: value, row: row)
    var after = row
    for write in writes { after[write.column] = write.new }
    let chosen = try field.reading(of: after).value
    if chosen != sides.issue, !field.isStatus { _ = try field.write(chosen, over: sides.issue) }
    apply(writes)
    var decided = sides
    decided.row = chosen
    if chosen == sides.issue {
      agree(field, decided)
    } else {
      try writeIssue(field, decided)
    }
    return !writes.isEmpty
  }

  /// The two values of a field and what they were.
  private mutating func sides(_ field: ResolvedField) throws(FieldProblem) -> FieldDecision.Sides {
    let reading = try field.reading(of: row)
    if field.isHidden(in: issue.fields, known: base.fields[field.name]) {
      throw field.problem(
        "JIRA does not show the field \(field.label) on this issue any more; give it back to the issue's project "
          + "and type (its context, or the field configuration), or map another")
    }
    let decoded = issueValue(field, issueFields: issue.fields, dialect: issue.dialect)
    guard decoded.isReadable else {
      throw field.problem(
        "JIRA's value of the field \(field.label) is of another kind than its type "
          + "(\(field.type)) says; look at the field in JIRA, or map another")
    }
    var value = decoded.value
    let before = base.fields[field.name]
    let known = settled(before, issue: value)
    let isUnchanged = known?.unstored.map { $0.held == value } ?? false
    if before?.sent != nil {
      result.newBase.fields[field.name] = known
      result.notedBase.fields[field.name] = known
    }
    if field.isStatus, StatusState(value) == nil {
      if let resolution = field.unrecognisedResolution(in: issue.fields) {
        result.unrecognisedResolution = resolution.id
      }
      throw field.statusProblem(of: issue.fields)
    }
    value = field.comparable(
      value, known: known, constantLabels: mapping.mapping.labels, own: reading.value.members)
    return FieldDecision.Sides(
      base: known, row: reading.value, issue: value, isFormatted: decoded.isLossy,
      isCut: reading.isCut || (known?.isCut ?? false), isOwed: isUnchanged)
  }

  /// Whether the issue still holds what it held when JIRA did not store the row's value: that is no change of the issue.
  ///
  /// - Throws: `FieldProblem` where the same value would be sent again too early.
  private func owes(
    _ field: ResolvedField, _ sides: FieldDecision.Sides
  ) throws(FieldProblem) -> Bool {
    guard sides.isOwed, let unstored = sides.base?.unstored else { return false }
    let isWithheld = withheld.contains(field.name)
    if field.isStatus {
      // The status was reached; what JIRA did not store came with the transition.
      if isWithheld { throw field.problem(unstored.text(field)) }
      return false
    }
    guard field.mapping.direction.pushes, sides.row != sides.issue else { return false }
    if isWithheld, unstored.sent == sides.row {
      throw field.problem(unstored.text(field))
    }
    return true
  }

  /// The base of a field once it is clear whether the last write to the issue arrived.
  func settled(_ known: BaseField?, issue value: FieldValue) -> BaseField? {
    guard var known, let sent = known.sent else { return known }
    known.sent = nil
    guard sent == value else {
      // An entry that was only made to note the write says nothing about an agreement.
      return known.raw.isEmpty && known.canonical == .empty && known.issue == nil
        && known.unstored == nil ? nil : known
    }
    return BaseField(raw: known.raw, canonical: sent, issue: value)
  }

  private mutating func agree(_ field: ResolvedField, _ sides: FieldDecision.Sides) {
    // A base that says so already is not written again: in the steady state it is not even copied.
    if !sides.rowChanged, !sides.issueChanged,
      sides.base?.isRaw(field.mapping.columns, of: row) == true
    {
      return
    }
    result.newBase.fields[field.name] = BaseField(
      raw: rawColumns(field, row), canonical: sides.row, issue: sides.issue)
  }

  private mutating func conflict(
    _ field: ResolvedField, _ sides: FieldDecision.Sides, _ outcome: FieldDecision.Outcome
  ) {
    guard let reason = outcome.reason else { return }
    result.conflicts.append(
      FieldConflict(
        field: field.name, columns: field.mapping.columns, fieldID: field.fieldID,
        base: sides.base?.canonical, row: sides.row, issue: sides.issue, winner: outcome.winner,
        policy: field.mapping.conflict, reason: reason))
  }

  private mutating func writeIssue(
    _ field: ResolvedField, _ sides: FieldDecision.Sides
  ) throws(FieldProblem) {
    guard let rules = field.statusRules else {
      result.issueWrites.append(try field.write(sides.row, over: sides.issue))
      result.newBase.fields[field.name] = BaseField(
        raw: rawColumns(field, row), canonical: sides.row)
      return
    }
    guard let state = StatusState(sides.row), let now = StatusState(sides.issue),
      let target = state.target(rules), !state.isSatisfied(by: now)
    else {
      agree(field, sides)
      return
    }
    result.transition = StatusChange(
      field: field.name, columns: field.mapping.columns, target: target,
      from: issue.fields["status"]?["name"]?.string)
    result.newBase.fields[field.name] = BaseField(
      raw: rawColumns(field, row), canonical: sides.row)
  }

  mutating func apply(_ writes: [ColumnWrite]) {
    for write in writes {
      for column in mapping[write.field]?.mapping.columns ?? [write.column] {
        result.rowGuard[column] = before[column] ?? .null
      }
      row[write.column] = write.new
    }
    result.rowWrites += writes
  }

  /// The issue's key is appended where it is missing, and nothing is removed.
  private mutating func appendKey(_ field: ResolvedField) {
    guard let column = field.mapping.columns.first, !issue.key.isEmpty else { return }
    let old = row[column] ?? .null
    let tickets = old.array ?? []
    // As people write it: in lower case, with blanks, as an address.
    let isNamed = tickets.contains { ticket in
      ticket.string.flatMap { IssueReference.key(in: $0, site: mapping.siteURL) } == issue.key
        || ticket == .string(issue.key)
    }
    guard !isNamed else { return }
    apply([
      ColumnWrite(
        column: column, old: old, new: .array(tickets + [.string(issue.key)]), field: field.name)
    ])
  }
}
