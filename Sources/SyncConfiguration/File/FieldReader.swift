import Mapping
import Yams

/// Reads one entry of `fields` over what the default mapping says of it.
struct FieldReader {
  let name: String
  let standard: FieldMapping?
  /// The columns of the table; nil where they are not known yet.
  let columns: [TableColumn]?
  /// The columns that the entry names, where those of the table are not known yet.
  private(set) var mentions: [ColumnMention] = []
  private var field: FieldMapping
  private var isEnabled = true
  private var hasTarget: Bool
  private var hasSource: Bool

  static let keys = [
    "field", "column", "columns", "template", "constant", "direction", "conflict", "values",
    "otherwise", "transforms", "apply", "required", "enabled", "type", "on_resolution",
    "push_only_beside", "statuses", "audit_values", "resolved", "unresolved",
  ]
  static let statusKeys = [
    "direction", "conflict", "enabled", "statuses", "audit_values", "resolved", "unresolved",
  ]
  static let ticketKeys = ["enabled"]

  init(name: String, standard: FieldMapping?, columns: [TableColumn]?) {
    self.name = name
    self.standard = standard
    self.columns = columns
    field = standard ?? FieldMapping(name: name, columns: [], target: .customName(""))
    hasTarget = standard != nil
    hasSource = standard != nil
  }

  /// Reads the entry; nil where it is disabled or wrong.
  mutating func read(_ node: Node, key: Node, _ issues: inout ConfigurationIssues)
    -> FieldMapping?
  {
    let known =
      switch field.source {
      case .status: Self.statusKeys
      case .tickets: Self.ticketKeys
      case .column, .template, .constant:
        Self.keys.filter { !["statuses", "audit_values", "resolved", "unresolved"].contains($0) }
      }
    let count = issues.found.count
    var sources: [String] = []
    for (key, keyNode, value) in issues.members(node, "the field \(name)", known: known) ?? [] {
      if ["column", "columns", "template", "constant"].contains(key) { sources.append(key) }
      if sources.count > 1 {
        issues.add(
          "\(name) has both \(sources[0]) and \(key); a value comes from one of them", at: keyNode)
        return nil
      }
      read(key, value, &issues)
    }
    guard isEnabled, issues.found.count == count else { return nil }
    check(key, &issues)
    return field
  }

  private mutating func read(_ key: String, _ value: Node, _ issues: inout ConfigurationIssues) {
    let what = "\(name).\(key)"
    switch key {
    case "field": readTarget(value, &issues)
    case "column", "columns":
      let names = issues.texts(value, what) ?? []
      for column in names { checkColumn(column, value, &issues) }
      field.columns = names
      field.source = .column
      hasSource = true
    case "template": readTemplate(value, what, &issues)
    case "constant":
      guard let text = issues.text(value, what) else { return }
      field.source = .constant(text)
      field.columns = []
      hasSource = true
    case "direction":
      field.direction = issues.choice(value, what, as: SyncDirection.self) ?? field.direction
    case "conflict":
      field.conflict = issues.choice(value, what, as: ConflictPolicy.self) ?? field.conflict
    case "apply": field.apply = issues.choice(value, what, as: ApplyWhen.self) ?? field.apply
    case "required": field.required = issues.flag(value, what) ?? field.required
    case "enabled": isEnabled = issues.flag(value, what) ?? true
    case "values":
      field.valueMap.pairs = [:]
      for (own, _, theirs) in issues.members(value, what, known: nil) ?? [] {
        // Nothing in JIRA: a box that is not ticked.
        field.valueMap.pairs[own] = theirs.isNull ? "" : issues.text(theirs, "\(what).\(own)")
      }
    case "otherwise": field.valueMap.otherwise = issues.text(value, what)
    case "transforms": field.transforms = TransformReader(what).read(value, &issues)
    case "type": field.type = issues.choice(value, what, as: CustomFieldType.self)
    case "on_resolution":
      field.onResolution = issues.choice(value, what, as: ResolutionFill.self)
    case "push_only_beside": field.pushOnlyBeside = issues.text(value, what)
    default: readStatus(key, value, what, &issues)
    }
  }

  private mutating func readTemplate(
    _ value: Node, _ what: String, _ issues: inout ConfigurationIssues
  ) {
    guard let text = issues.text(value, what) else { return }
    do throws(TemplateError) {
      let template = try Template(text)
      for column in template.columns { checkColumn(column, value, &issues) }
      field.source = .template(template)
      field.columns = template.columns
      hasSource = true
    } catch {
      issues.add("\(what): \(error)", at: value)
    }
  }

  private mutating func readTarget(_ value: Node, _ issues: inout ConfigurationIssues) {
    hasTarget = true
    if case .mapping = value {
      let members = issues.members(value, "\(name).field", known: ["name", "id"]) ?? []
      for (key, _, text) in members {
        guard let text = issues.text(text, "\(name).field.\(key)") else { continue }
        field.target = key == "id" ? .id(text) : .customName(text)
      }
      return
    }
    guard let text = issues.text(value, "\(name).field") else { return }
    switch text {
    case "status", "issuekey", "project", "issuetype", "updated", "created":
      issues.add(
        "\(name).field is '\(text)', which an edit cannot write; the status is mapped by "
          + "audit_status, the key by jira_tickets", at: value)
    case _ where text.hasPrefix("customfield_"): field.target = .id(text)
    case _ where Self.systemFields.contains(text): field.target = .system(text)
    default: field.target = .customName(text)
    }
  }

  private static let systemFields = [
    "summary", "description", "labels", "priority", "environment", "duedate", "components",
    "versions", "fixVersions", "assignee", "reporter", "resolution", "parent",
  ]

  private mutating func readStatus(
    _ key: String, _ value: Node, _ what: String, _ issues: inout ConfigurationIssues
  ) {
    guard case .status(var rules) = field.source else { return }
    switch key {
    case "unresolved": rules.unresolvedResolutions = issues.texts(value, what) ?? []
    case "resolved": rules.resolvedResolutions = issues.texts(value, what) ?? []
    case "statuses":
      let names = ["to_do", "in_progress", "done"]
      for (name, _, node) in issues.members(value, what, known: names) ?? [] {
        guard let text = issues.text(node, "\(what).\(name)") else { continue }
        switch name {
        case "to_do": rules.toDoStatus = text
        case "in_progress": rules.inProgressStatus = text
        default: rules.doneStatus = text
        }
      }
    default:
      let names = ["not_started", "in_progress", "completed"]
      for (name, _, node) in issues.members(value, what, known: names) ?? [] {
        guard let text = issues.text(node, "\(what).\(name)") else { continue }
        switch name {
        case "not_started": rules.notStarted = text
        case "in_progress": rules.inProgress = text
        default: rules.completed = text
        }
      }
    }
    field.source = .status(rules)
  }

  private mutating func checkColumn(
    _ column: String, _ node: Node, _ issues: inout ConfigurationIssues
  ) {
    guard let known = columns?.map(\.name) else {
      mentions.append(ColumnMention(column: column, issue: issues.issue(name, at: node)))
      return
    }
    guard !known.contains(column) else { return }
    issues.add(ColumnMention.unknown(column, field: name, known: known), at: node)
  }

  /// What only shows once the whole entry was read.
  private func check(_ key: Node, _ issues: inout ConfigurationIssues) {
    if !hasTarget {
      issues.add("\(name) says no field: which field of JIRA is it?", at: key)
    }
    if !hasSource {
      issues.add("\(name) says no column, columns, template or constant", at: key)
    }
    guard field.direction.pulls else { return }
    switch field.source {
    case .template, .constant:
      issues.add(
        "\(name) is made from a template or a constant, which cannot be taken apart again; its "
          + "direction must be push", at: key)
    case .column, .status, .tickets: break
    }
    if let step = field.transforms.first(where: { !$0.isReversible }) {
      issues.add(
        "\(name) has the transform \(step.name), which cannot be undone; its direction must be "
          + "push", at: key)
    }
    let texts = field.valueMap.pairs.values
    if Set(texts).count != texts.count {
      issues.add(
        "\(name) gives two values of the column the same text, so that JIRA's cannot be brought "
          + "back; its direction must be push", at: key)
    }
  }
}
