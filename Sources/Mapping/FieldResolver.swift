import JSON
import Jira

/// Finds the fields of a mapping on a JIRA site, and collects what is wrong.
package struct FieldResolver {
  /// The id of the field that holds an issue's status.
  package static let statusFieldID = "status"

  private let mapping: Mapping
  private let dialect: JiraDialect
  private let names: SiteNames
  private let known: [JiraField]
  private let metadata: [String: FieldMetadata]?
  private let columns: [String: TableColumn]
  private var resolved: [ResolvedField] = []
  private var skipped: [ResolvedMapping.Skipped] = []
  private var issues: [MappingError.Issue] = []

  init(
    mapping: Mapping, fields: [JiraField], createMetadata: [FieldMetadata]?, projectID: String,
    dialect: JiraDialect, names: SiteNames
  ) {
    self.mapping = mapping
    self.dialect = dialect
    self.names = names
    known = fields.filter { $0.scopeProjectID == nil || $0.scopeProjectID == projectID }
    metadata = createMetadata.map { metadata in
      Dictionary(metadata.map { ($0.fieldID, $0) }) { first, _ in first }
    }
    columns = Dictionary(mapping.columns.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Resolves every field; throws once, with all that is wrong.
  mutating func resolve() throws(MappingError) -> ResolvedMapping {
    for field in mapping.fields { resolve(field) }
    restrictDirections()
    checkWriters()
    guard issues.isEmpty else { throw MappingError(issues) }
    return ResolvedMapping(
      mapping: mapping, fields: resolved, skipped: skipped, problems: unfilledFields(),
      warnings: unrecognisedResolutions(), fills: fills(), dialect: dialect)
  }

  private mutating func resolve(_ field: FieldMapping) {
    guard isOnTable(field) else { return }
    let columns = field.columns.compactMap { self.columns[$0] }
    switch field.target {
    case .status:
      add(
        ResolvedField(
          mapping: field, fieldID: Self.statusFieldID, fieldName: "status", type: .status,
          writableOnCreate: false, columns: columns))
    case .issueKey:
      add(
        ResolvedField(
          mapping: field, fieldID: "", fieldName: "issue key", type: .text,
          writableOnCreate: false, columns: columns))
    case .system(let id), .id(let id):
      if let found = known.first(where: { $0.id == id }) ?? described(id) {
        add(field, found, columns)
      } else {
        missing(field, what: "field '\(id)'", near: known.map(\.id), wanted: id)
      }
    case .customName(let name):
      let candidates = JiraField.named(name, in: known)
      if candidates.count > 1 {
        let list = candidates.map { FieldResolver.described($0) }.joined(separator: ", ")
        issue(
          "\(field.name): JIRA has \(candidates.count) fields named '\(name)': \(list); "
            + "name the right one by its id")
      } else if let found = candidates.first {
        add(field, found, columns)
      } else {
        missing(field, what: "field named '\(name)'", near: known.map(\.name), wanted: name)
      }
    }
  }

  /// Whether the table has what the field is made from and, where JIRA's value comes back, takes it.
  private mutating func isOnTable(_ field: FieldMapping) -> Bool {
    // A template is filled with nothing in the place of a column that is not there.
    if case .template = field.source { return true }
    if let missing = field.columns.first(where: { columns[$0] == nil }) {
      skipped.append(
        ResolvedMapping.Skipped(
          name: field.name,
          reason: "file_audit has no column \(missing); add it, then start again"))
      return false
    }
    for column in field.columns.compactMap({ columns[$0] }) where field.direction.pulls {
      if column.isGenerated || column.kind == .json {
        let reason = column.isGenerated ? "the database computes" : "holds JSON"
        issue(
          "\(field.name): the column \(column.name), which \(reason), cannot be written; "
            + "its direction must be push")
        return false
      }
    }
    return true
  }

  /// A field that JIRA describes only where an issue is made, as the parent.
  private func described(_ id: String) -> JiraField? {
    metadata?[id].map { field in
      JiraField(
        id: id, name: field.name, isCustom: id.hasPrefix("customfield_"), schema: field.schema)
    }
  }

  private mutating func add(_ field: FieldMapping, _ found: JiraField, _ columns: [TableColumn]) {
    let type = FieldType.of(found)
    if case .unsupported(let kind) = type {
      let reason =
        "the JIRA field \(found.name) (\(found.id)) is of the type \(kind), which cannot be mapped"
      if field.required {
        issue("\(field.name): \(reason); map another field, or make it optional")
      } else {
        skipped.append(ResolvedMapping.Skipped(name: field.name, reason: reason))
      }
      return
    }
    add(
      ResolvedField(
        mapping: field, fieldID: found.id, fieldName: found.storedName, type: type,
        writableOnCreate: metadata.map { $0[found.id] != nil } ?? true,
        options: metadata?[found.id].flatMap { FieldResolver.options($0, type) },
        columns: columns))
  }

  private mutating func add(_ field: ResolvedField) {
    var field = field
    field.dialect = dialect
    if field.type.isTranslated {
      field.names = names
      for (own, theirs) in field.mapping.valueMap.pairs where !theirs.isEmpty {
        field.mapping.valueMap.pairs[own] = field.canonicalName(theirs)
      }
      if let otherwise = field.mapping.valueMap.otherwise {
        field.mapping.valueMap.otherwise = field.canonicalName(otherwise)
      }
      let named = field
      field.options = field.options?.map {
        AllowedOption(id: $0.id, text: named.canonicalName($0.text))
      }
    }
    resolved.append(field)
  }

  private mutating func missing(
    _ field: FieldMapping, what: String, near: [String], wanted: String
  ) {
    guard field.required else {
      skipped.append(
        ResolvedMapping.Skipped(
          name: field.name,
          reason: "JIRA has no \(what) for this project; it is left out"
            + Spelling.hint(wanted, in: near)))
      return
    }
    issue(
      "\(field.name): JIRA has no \(what) for this project" + Spelling.hint(wanted, in: near)
        + "; make it in JIRA, map another, or make the field optional")
  }

  private mutating func issue(_ message: String) {
    issues.append(MappingError.Issue(message))
  }

  /// A field beside another that this site has is only pushed: one column has one writer.
  private mutating func restrictDirections() {
    let names = Set(resolved.map(\.name))
    for index in resolved.indices {
      guard let beside = resolved[index].mapping.pushOnlyBeside, names.contains(beside),
        resolved[index].mapping.direction == .both
      else { continue }
      resolved[index].mapping.direction = .push
    }
  }

  /// Two fields that write one JIRA field, or one column, would never come to rest.
  private mutating func checkWriters() {
    var writers: [String: String] = [:]
    for field in resolved where !field.fieldID.isEmpty {
      if let other = writers[field.fieldID] {
        issue(
          "\(other) and \(field.name) are both mapped to the JIRA field \(field.label); "
            + "disable one of them")
      }
      writers[field.fieldID] = field.name
    }
    var columnWriters: [String: String] = [:]
    for field in resolved where field.mapping.direction.pulls {
      for column in field.mapping.columns {
        if let other = columnWriters[column] {
          issue(
            "\(other) and \(field.name) both write the column \(column); "
              + "make one of them push only")
        }
        columnWriters[column] = field.name
      }
    }
  }

  /// What JIRA requires when an issue is made and nothing of the mapping gives.
  private func unfilledFields() -> [String] {
    let given = Set(
      resolved.filter { $0.mapping.direction.pushes && $0.mapping.apply != .update }.map(\.fieldID)
    ).union(
      [
        "project", "issuetype", "summary",
        // JIRA takes whoever makes the issue.
        "reporter",
      ] + (mapping.labels.isEmpty ? [] : ["labels"]))
    let lacking = (metadata ?? [:]).values.filter {
      $0.isRequired && !$0.hasDefaultValue && !given.contains($0.fieldID)
    }
    let untakeable =
      !mapping.labels.isEmpty && metadata.map { $0["labels"] == nil } ?? false
      ? [
        "JIRA does not take labels when a \(mapping.issueType) is made, and labels names some; put Labels on the create "
          + "screen, or take them out of labels"
      ] : []
    return untakeable
      + lacking.sorted { $0.fieldID < $1.fieldID }.map { field in
        "JIRA requires \(field.name) (\(field.fieldID)) when a \(mapping.issueType) is made, and "
          + "nothing is mapped to it; map a column or a constant, or make it optional in JIRA"
      }
  }

  /// Resolutions of the site that the rules do not name: an issue that gets one is reported, and its row keeps its debt.
  private func unrecognisedResolutions() -> [String] {
    guard let status = resolved.first(where: \.isStatus), let rules = status.statusRules,
      status.mapping.direction.pulls
    else { return [] }
    let unknown = names.resolutions.values.filter { value in
      !(rules.unresolvedResolutions + rules.resolvedResolutions).contains(where: value.isCalled)
    }
    guard !unknown.isEmpty else { return [] }
    let shown = unknown.prefix(10).map(\.label).joined(separator: ", ")
    let more = unknown.count > 10 ? " and \(unknown.count - 10) more" : ""
    return [
      "neither 'resolved' nor 'unresolved' of \(status.name) names the resolutions \(shown)\(more): an issue that gets one is "
        + "reported, and its row stays as it is; add them to one of the two in jira-sync.yaml"
    ]
  }

  private func fills() -> [ResolvedMapping.Fill] {
    mapping.fields.compactMap { field in
      guard let fill = field.onResolution, let name = field.columns.first,
        let column = columns[name], field.direction.pulls
      else { return nil }
      return ResolvedMapping.Fill(name: field.name, column: column, fill: fill)
    }
  }

  private static func options(_ metadata: FieldMetadata, _ type: FieldType) -> [AllowedOption]? {
    switch type {
    case .select, .multiSelect, .checkboxes, .cascadingSelect, .priority, .components, .versions,
      .version:
      break
    default: return nil
    }
    guard let allowed = metadata.allowedValues, !allowed.isEmpty else { return nil }
    return allowed.compactMap(option)
  }

  /// An option that can be chosen, with those below it.
  private static func option(_ json: JSON) -> AllowedOption? {
    guard json["disabled"]?.bool != true, let text = (json["value"] ?? json["name"])?.string else {
      return nil
    }
    return AllowedOption(
      id: json["id"]?.string ?? json["id"]?.integer.map(String.init), text: text,
      children: (json["children"]?.array ?? []).compactMap(option))
  }

  private static func described(_ field: JiraField) -> String {
    "\(field.id) (\(field.schema?.custom ?? field.schema?.type ?? "no type"))"
  }
}
