import FoundationEssentials
import JSON
import YAML

/// Reads `jira-sync.yaml` over the default mapping, and collects everything that is wrong.
struct MappingReader {
  var issues: YAMLIssues
  let columns: [TableColumn]?
  private let settingKeys: [String]
  private static let mappingKeys = ["issue_type", "existing_tickets", "labels", "fields"]

  init(file: String, columns: [TableColumn]?, settingKeys: [String]) {
    issues = YAMLIssues(file: file)
    self.columns = columns
    self.settingKeys = settingKeys
  }

  /// Reads the whole text.
  mutating func read(_ yaml: String) throws(MappingError) -> JiraSyncFile {
    var file = JiraSyncFile()
    file.mapping.columns = columns ?? TableColumn.fileAudit
    guard let root = try compose(yaml), !root.isNull else { return file }
    let known = Self.mappingKeys + settingKeys
    for (key, _, value) in issues.members(root, "the file", known: known) ?? [] {
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
      default: file.settings[key] = Self.json(value)
      }
    }
    guard issues.found.isEmpty else {
      throw MappingError(
        issues.found.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }
    return file
  }

  private func compose(_ yaml: String) throws(MappingError) -> Node? {
    do throws(YAMLError) {
      return try YAML.compose(yaml: yaml)
    } catch {
      throw MappingError([
        MappingError.Issue(
          "is no YAML: \(error.problem)", file: issues.file, line: error.mark?.line,
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
      if let enabled = value.bool {
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

  /// A section that concerns others, as it is.
  private static func json(_ node: Node) -> JSON {
    switch node {
    case .mapping(let mapping, _):
      var members: [String: JSON] = [:]
      for (key, value) in mapping { members[key.string ?? ""] = json(value) }
      return .object(members)
    case .sequence(let elements, _): return .array(elements.map { json($0) })
    case .scalar(let scalar):
      if node.isNull { return .null }
      if let flag = node.bool { return .bool(flag) }
      if node.float != nil, let number = Decimal(string: scalar.string) {
        return .number(number)
      }
      return .string(scalar.string)
    }
  }
}
