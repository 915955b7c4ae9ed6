import Jira
import Mapping
import SyncConfiguration

extension FieldCheck {
  func finding(
    _ severity: FieldFinding.Severity, _ field: ResolvedField, _ problem: String, _ remedy: String
  ) -> FieldFinding {
    FieldFinding(
      severity, field: field.name, columns: field.mapping.columns, jiraField: field.label,
      problem: problem, remedy: remedy)
  }

  /// A field of another kind than was asked for, or of one that the column's values cannot go into.
  func typeFindings(_ field: ResolvedField) -> [FieldFinding] {
    var findings: [FieldFinding] = []
    if let wanted = field.mapping.type,
      let known = facts.fields.first(where: { $0.id == field.fieldID }),
      !wanted.isKind(of: known)
    {
      findings.append(
        finding(
          .error, field,
          "the JIRA field is of the type \(field.type), but the mapping says \(wanted.rawValue)",
          "name a field of that type, or change 'type' of \(field.name) in jira-sync.yaml"))
    }
    guard field.mapping.direction.pushes, field.mapping.transforms.isEmpty,
      field.mapping.valueMap.isEmpty, field.mapping.source == .column, field.columns.count == 1,
      let column = field.columns.first, !Self.fits(column.kind, field.type)
    else { return findings }
    findings.append(
      finding(
        .error, field,
        "a column of the type \(column.kind.name) cannot go into a \(field.type) field",
        "map another field, or give \(field.name) a transform or values in jira-sync.yaml"))
    return findings
  }

  /// Whether values of a kind of column can be values of a type of field at all.
  private static func fits(_ kind: TableColumn.Kind, _ type: FieldType) -> Bool {
    switch type {
    case .number:
      switch kind {
      case .boolean, .date, .timestamp, .textArray: false
      case .integer, .decimal, .text, .json: true
      }
    case .date, .dateTime:
      switch kind {
      case .boolean, .integer, .decimal, .textArray: false
      case .date, .timestamp, .text, .json: true
      }
    case .url, .user, .multiUser, .parent:
      switch kind {
      case .boolean, .integer, .decimal, .date, .timestamp: false
      case .text, .textArray, .json: true
      }
    default: true
    }
  }

  /// A field that is not where it has to be written.
  func screenFindings(_ field: ResolvedField) -> [FieldFinding] {
    guard field.mapping.direction.pushes, field.mapping.target != .issueKey,
      !field.isStatus
    else { return [] }
    var findings: [FieldFinding] = []
    if facts.createMetadata != nil, !field.writableOnCreate, field.mapping.apply != .update {
      let isLost = field.mapping.apply == .create
      findings.append(
        finding(
          isLost ? .error : .warning, field,
          "it is not on the screen on which a \(facts.issueType.name) is made, so "
            + (isLost ? "it is never written" : "each new issue needs a second call"),
          "put it on the create screen of project \(facts.project.key)"))
    }
    if let edit = facts.editMetadata, field.mapping.apply != .create,
      !edit.contains(where: { $0.fieldID == field.fieldID })
    {
      findings.append(
        finding(
          .error, field, "it is not on the edit screen, so JIRA refuses later changes",
          "put it on the edit screen of project \(facts.project.key), or set 'apply: create'"))
    }
    return findings
  }

  /// Statuses that the rules name and the project has not.
  func statusFindings(_ field: ResolvedField, _ rules: StatusRules) -> [FieldFinding] {
    guard field.mapping.direction.pushes else { return [] }
    let wanted: [(IssueStatus.Category, key: String, name: String)] = [
      (.new, "to_do", rules.toDoStatus), (.indeterminate, "in_progress", rules.inProgressStatus),
      (.done, "done", rules.doneStatus),
    ]
    return wanted.compactMap { category, key, name in
      func isCalled(_ status: IssueStatus) -> Bool {
        facts.names.statuses.completing(status.names).isCalled(name)
      }
      let some = facts.statuses.filter { $0.category == category }
      if some.contains(where: isCalled) { return nil }
      let names = some.map(\.name)
      guard let instead = names.first else {
        return finding(
          .error, field,
          "project \(facts.project.key) has no status of the category '\(category.rawValue)', so "
            + "no issue can be moved there",
          "add one to its workflow, or set 'direction: pull' for \(field.name)")
      }
      let elsewhere = facts.statuses.contains(where: isCalled)
      return finding(
        .warning, field,
        (elsewhere
          ? "the status '\(name)' is not of the category '\(category.rawValue)'"
          : "project \(facts.project.key) has no status '\(name)'")
          + "; any other of that category will do (\(names.joined(separator: ", ")))",
        "write 'statuses: {\(key): \(instead)}' for \(field.name) in jira-sync.yaml")
    }
  }

  /// Resolutions of the site that the rules do not name.
  func resolutionFindings(_ field: ResolvedField) -> [FieldFinding] {
    warnings.map { message in
      let parts = FieldCheck.halves(message)
      return finding(.warning, field, parts.problem, parts.remedy)
    }
  }
}

extension TableColumn.Kind {
  /// The kind for people.
  var name: String {
    switch self {
    case .text: "text"
    case .integer: "integer"
    case .decimal: "numeric"
    case .boolean: "boolean"
    case .date: "date"
    case .textArray: "list of texts"
    case .timestamp: "timestamp"
    case .json: "JSON"
    }
  }
}
