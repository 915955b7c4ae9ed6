import JSON
import Yams

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Reads `jira-sync.yaml` over the default mapping, and collects everything that is wrong.
struct MappingReader {
  var issues: YAMLIssues
  let columns: [TableColumn]
  private let settingKeys: [String]
  private static let mappingKeys = ["issue_type", "existing_tickets", "labels", "fields"]

  init(file: String, columns: [TableColumn], settingKeys: [String]) {
    issues = YAMLIssues(file: file)
    self.columns = columns
    self.settingKeys = settingKeys
  }

  /// Reads the whole text.
  mutating func read(_ yaml: String) throws(MappingError) -> JiraSyncFile {
    var file = JiraSyncFile()
    file.mapping.columns = columns
    guard let root = try compose(yaml), root.null == nil else { return file }
    let known = Self.mappingKeys + settingKeys
    for (key, _, value) in issues.members(root, "the file", known: known) ?? [] {
      switch key {
      case "issue_type":
        if let text = issues.text(value, key) { file.mapping.issueType = text }
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
    do {
      return try Yams.compose(yaml: yaml)
    } catch let error as YamlError {
      throw MappingError([Self.issue(error, file: issues.file)])
    } catch {
      throw MappingError([MappingError.Issue("is no YAML: \(error)", file: issues.file)])
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
    case .mapping(let mapping):
      var members: [String: JSON] = [:]
      for (key, value) in mapping { members[key.string ?? ""] = json(value) }
      return .object(members)
    case .sequence(let elements): return .array(elements.map { json($0) })
    case .alias: return .null
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain || scalar.style == .any
      guard isPlain else { return .string(scalar.string) }
      if node.null != nil { return .null }
      if let flag = node.bool { return .bool(flag) }
      if node.int != nil || node.float != nil, let number = Decimal(string: scalar.string) {
        return .number(number)
      }
      return .string(scalar.string)
    }
  }

  private static func issue(_ error: YamlError, file: String) -> MappingError.Issue {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return MappingError.Issue(
        "is no YAML: \(problem)", file: file, line: mark.line, column: mark.column)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.map { "'\($0)'" }.joined(separator: ", ")
      return MappingError.Issue(
        "a mapping has the key \(names) twice; keep one", file: file, line: context.mark.line,
        column: context.mark.column)
    default: return MappingError.Issue("is no YAML: \(error)", file: file)
    }
  }
}
