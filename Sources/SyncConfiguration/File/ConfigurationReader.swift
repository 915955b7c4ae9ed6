import Mapping
import Yams

/// Reads `jira-sync.yaml` over what is built in, and collects everything that is wrong.
struct ConfigurationReader {
  private var issues: ConfigurationIssues
  private let columns: [TableColumn]?
  static let keys = [
    "issue_type", "existing_tickets", "labels", "fields", "poll", "sweep", "notifications",
    "limits", "on_row_deleted", "on_issue_deleted", "breaker", "dashboard",
  ]

  init(file: String, columns: [TableColumn]?) {
    issues = ConfigurationIssues(file: file)
    self.columns = columns
  }

  /// Reads the whole text.
  mutating func read(_ yaml: String) throws(MappingError) -> ConfigurationFile {
    var file = ConfigurationFile()
    file.mapping.columns = columns ?? TableColumn.fileAudit
    guard let root = try parse(yaml), !root.isNull else { return file }
    for (key, _, value) in issues.members(root, "the file", known: Self.keys) ?? [] {
      read(key, value, into: &file)
      file.written[key] = value.json
    }
    guard issues.found.isEmpty else {
      throw MappingError(
        issues.found.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }
    return file
  }

  private mutating func read(_ key: String, _ value: Node, into file: inout ConfigurationFile) {
    switch key {
    case "issue_type":
      if let text = issues.text(value, key) {
        file.mapping.issueType = text
        file.mapping.adoptsOnlyIssueType = true
      }
    case "existing_tickets":
      if let choice = issues.choice(value, key, as: ExistingTickets.self) {
        file.mapping.existingTickets = choice
      }
    case "labels": file.mapping.labels = labels(value)
    case "fields": readFields(value, into: &file.mapping)
    // A section without a value says nothing.
    case _ where value.isNull: break
    case "limits": LimitsSection.read(value, into: &file.limits, &issues)
    case "notifications": NotificationsSection.read(value, into: &file.notifications, &issues)
    case "dashboard": DashboardSection.read(value, into: &file.dashboard, &issues)
    default: SyncSection.read(key, value, into: &file, &issues)
    }
  }

  private func parse(_ yaml: String) throws(MappingError) -> Node? {
    do throws(YAMLError) {
      return try Node.parse(yaml)
    } catch {
      throw MappingError([
        MappingError.Issue(
          "is not YAML: \(error.problem)", file: issues.file, line: error.mark?.line,
          column: error.mark?.column)
      ])
    }
  }

  private mutating func labels(_ node: Node) -> [String] {
    let labels = issues.texts(node, "labels") ?? []
    for label in labels where label.contains(where: \.isWhitespace) || label.isEmpty {
      issues.add("the label '\(label)' has blanks, which JIRA does not allow", at: node)
    }
    return labels
  }

  private mutating func readFields(_ node: Node, into mapping: inout Mapping) {
    for (name, key, value) in issues.members(node, "fields", known: nil) ?? [] {
      let index = mapping.fields.firstIndex { $0.name == name }
      if let enabled = value.plainBool {
        guard let index else {
          issues.add(
            "'\(name)' is no field of the default mapping"
              + Spelling.hint(name, in: mapping.fields.map(\.name)), at: key)
          continue
        }
        if !enabled { mapping.fields.remove(at: index) }
        continue
      }
      var reader = FieldReader(
        name: name, standard: index.map { mapping.fields[$0] }, columns: columns)
      let field = reader.read(value, key: key, &issues)
      mapping.mentions += reader.mentions
      switch (index, field) {
      case (let index?, nil): mapping.fields.remove(at: index)
      case (let index?, let field?): mapping.fields[index] = field
      case (nil, let field?): mapping.fields.append(field)
      case (nil, nil): break
      }
    }
  }
}
