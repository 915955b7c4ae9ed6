import JSON
import Jira
import Mapping

extension Planner {
  /// Fills the columns about the audit when JIRA's resolution has just reached the row.
  ///
  /// What a person wrote into the JIRA field itself goes before: the table brings it to the row.
  mutating func fillOnResolution() {
    guard let status = mapping.fields.first(where: \.isStatus),
      let rules = status.statusRules,
      let state = StatusState(
        issue: issue.fields, rules: rules, resolutions: status.names.resolutions),
      state == .done || state == .kept
    else { return }
    for fill in mapping.fills where suspended[fill.name] == nil {
      guard let field = mapping[fill.name] else {
        fillColumn(fill)
        continue
      }
      let decoded = issueValue(field, issueFields: issue.fields, dialect: issue.dialect)
      guard decoded.isReadable else { continue }
      let known = settled(base.fields[field.name], issue: decoded.value)
      if decoded.value != .empty, decoded.value != known?.issueValue { continue }
      result.notedBase.fields[field.name] = known
      fillField(field, fill, decoded)
    }
  }

  /// JIRA has no field for it: only the column is written, and the base remembers it to tell a person's edit from ours.
  private mutating func fillColumn(_ fill: ResolvedMapping.Fill) {
    guard let new = text(fill, asUserID: false) else { return }
    let column = fill.column.name
    let old = row[column] ?? .null
    if !old.isNull, old != new, base.fields[fill.name]?.raw[column] != old {
      result.conflicts.append(
        FieldConflict(
          field: fill.name, columns: [column], fieldID: "resolution",
          base: base.fields[fill.name]?.canonical, row: .text(old.string ?? old.text),
          issue: .text(new.string ?? new.text), winner: .issue, policy: .jiraWins,
          reason: .bothChanged))
    }
    write(new, fill)
    result.newBase.fields[fill.name] = BaseField(
      raw: [column: new], canonical: .text(new.string ?? new.text))
  }

  /// The column is written, and the JIRA field follows it in the same run.
  private mutating func fillField(
    _ field: ResolvedField, _ fill: ResolvedMapping.Fill, _ decoded: DecodedField
  ) {
    guard let new = text(fill, asUserID: field.type == .user) else { return }
    do throws(FieldProblem) {
      let before = try field.reading(of: row).value
      var after = row
      after[fill.column.name] = new
      let value = try field.reading(of: after).value
      let pushes = field.mapping.direction.pushes && field.mapping.apply != .create
      let change =
        pushes && !decoded.isLossy && value != decoded.value
        ? try field.write(value, over: decoded.value) : nil
      let known = result.notedBase.fields[field.name]
      if known?.canonical != before, before != value, before != .empty {
        result.conflicts.append(
          FieldConflict(
            field: field.name, columns: field.mapping.columns, fieldID: field.fieldID,
            base: known?.canonical, row: before, issue: value, winner: .issue,
            policy: field.mapping.conflict, reason: .bothChanged))
      }
      write(new, fill)
      filled.insert(field.name)
      if let change {
        result.issueWrites.append(change)
        result.newBase.fields[field.name] = BaseField(
          raw: rawColumns(field, row), canonical: value)
      } else {
        result.newBase.fields[field.name] = BaseField(
          raw: rawColumns(field, row), canonical: value, issue: decoded.value)
      }
    } catch {
      result.problems.append(error)
    }
  }

  private mutating func write(_ new: JSON, _ fill: ResolvedMapping.Fill) {
    let old = row[fill.column.name] ?? .null
    guard old != new else { return }
    apply([ColumnWrite(column: fill.column.name, old: old, new: new, field: fill.name)])
  }

  /// What the column becomes; nil where JIRA does not say.
  private mutating func text(_ fill: ResolvedMapping.Fill, asUserID: Bool) -> JSON? {
    switch fill.fill {
    case .date:
      // Workflows that set no resolution leave only the time of the last change of category.
      let names = ["resolutiondate", "statuscategorychangedate", "updated"]
      let fields = issue.fields
      let time = names.compactMap { fields[$0]?.string.flatMap(JiraTimestamp.parse) }.first
      let zoned = row[fill.column.name]?.string.map(Timestamp.hasZone) ?? false
      return time.flatMap { Timestamp(milliseconds: $0).rowText(zoned: zoned) }.map { .string($0) }
    case .resolver:
      guard let resolver = issue.resolver else {
        result.needsResolver = true
        return nil
      }
      let name = asUserID || resolver.displayName.isEmpty ? resolver.id : resolver.displayName
      guard case .text(let limit?) = fill.column.kind else { return .string(name) }
      return .string(String(String.UnicodeScalarView(name.unicodeScalars.prefix(limit))))
    }
  }
}
