import Jira
import Mapping
import SyncConfiguration

/// Compares a mapping with a site and with the values of the rows; pure, so that tests can give it anything.
public struct FieldCheck: Sendable {
  let mapping: Mapping
  let facts: SiteFacts
  /// The ids of the fields as they were last synced, by field of the mapping.
  let remembered: [String: String]
  /// The fields that were found on the site, in the order of the mapping.
  public private(set) var found: [ResolvedField] = []
  /// What people should know though nothing goes wrong yet.
  private(set) var warnings: [String] = []
  /// The fields that were not found, or cannot be mapped, and why.
  private var missing: [FieldFinding] = []
  /// What only shows when all fields are looked at together.
  private var together: [FieldFinding] = []

  /// Looks the fields of a mapping up, each for itself, so that one that is wrong does not hide the others.
  ///
  /// - Parameters:
  ///   - mapping: the mapping, on the table as it is.
  ///   - facts: what the site says.
  ///   - remembered: the ids of the fields as they were last synced, by field of the mapping.
  public init(mapping: Mapping, facts: SiteFacts, remembered: [String: String] = [:]) {
    self.mapping = mapping
    self.facts = facts
    self.remembered = remembered
    var said: Set<String> = []
    for field in mapping.fields {
      var alone = mapping
      alone.fields = [field]
      do throws(MappingError) {
        let resolved = try resolve(alone)
        found += resolved.fields
        missing += resolved.skipped.map { finding(field, .warning, $0.reason) }
      } catch {
        said.formUnion(error.issues.map(\.message))
        missing += error.issues.map { finding(field, .error, $0.message) }
      }
    }
    do throws(MappingError) {
      let resolved = try resolve(mapping)
      found = resolved.fields
      warnings = resolved.warnings
      together = resolved.problems.map(unfilled)
    } catch {
      together = error.issues.filter { !said.contains($0.message) }.map { issue in
        let parts = FieldCheck.halves(issue.message)
        return FieldFinding(
          .error, field: nil, columns: [], jiraField: "", problem: parts.problem,
          remedy: parts.remedy)
      }
    }
  }

  private func resolve(_ mapping: Mapping) throws(MappingError) -> ResolvedMapping {
    try ResolvedMapping.resolve(
      mapping, fields: facts.fields, createMetadata: facts.createMetadata,
      projectID: facts.project.id, dialect: facts.dialect, names: facts.names)
  }

  /// Everything that does not fit, in the order of the mapping.
  ///
  /// - Parameter census: what the rows hold.
  /// - Returns: the findings; empty where all is well.
  public func findings(_ census: RowCensus) -> [FieldFinding] {
    var all = missing
    for field in found {
      all += typeFindings(field) + screenFindings(field)
      all += optionFindings(field, census) + valueFindings(field, census)
      if let rules = field.statusRules {
        all += statusFindings(field, rules) + resolutionFindings(field)
      }
    }
    let order = Dictionary(
      mapping.fields.enumerated().map { ($0.element.name, $0.offset) }
    ) { first, _ in first }
    let sorted = all.enumerated().sorted { first, second in
      let places = [first, second].map { order[$0.element.field ?? ""] ?? .max }
      return (places[0], first.offset) < (places[1], second.offset)
    }
    return sorted.map(\.element) + together
  }

  /// A field that was not found: what became of it, as far as it can be told.
  private func finding(
    _ field: FieldMapping, _ severity: FieldFinding.Severity, _ message: String
  ) -> FieldFinding {
    var parts = FieldCheck.halves(message)
    if parts.problem.hasPrefix("\(field.name): ") {
      parts.problem.removeFirst(field.name.count + 2)
    }
    let known = remembered[field.name].flatMap { id in facts.fields.first { $0.id == id } }
    if case .customName(let name) = field.target, let known {
      let candidates = JiraField.named(name, in: facts.visibleFields)
      if candidates.isEmpty {
        parts.problem +=
          "; the field that was synced before, \(known.id), is now named '\(known.name)'"
        parts.remedy =
          "write 'field: \(known.name)' for \(field.name) in jira-sync.yaml, or name it '\(name)' "
          + "again in JIRA"
      } else if candidates.count > 1 {
        parts.remedy = "write 'field: \(known.id)', which was synced before, or the other id"
      }
    }
    if parts.remedy.isEmpty {
      parts.remedy =
        field.target.isCustom
        ? "make it in JIRA or with 'jira-sync fields create', map another, or switch it off with "
          + "'\(field.name): false'"
        : "map another field, or switch it off with '\(field.name): false'"
    }
    return FieldFinding(
      severity, field: field.name, columns: field.columns, jiraField: "\(field.target)",
      problem: parts.problem, remedy: parts.remedy)
  }

  private func unfilled(_ message: String) -> FieldFinding {
    let parts = FieldCheck.halves(message)
    return FieldFinding(
      .error, field: nil, columns: [], jiraField: "", problem: parts.problem,
      remedy: parts.remedy)
  }

  /// What was found, and what to do: messages of the resolver have a semicolon between them.
  static func halves(_ message: String) -> (problem: String, remedy: String) {
    let parts = message.split(separator: "; ").map(String.init)
    guard parts.count > 1, let last = parts.last, !last.hasPrefix("did you mean"),
      !last.hasPrefix("it is left out")
    else { return (message, "") }
    return (parts.dropLast().joined(separator: "; "), last)
  }
}

extension FieldTarget {
  /// Whether it is a custom field by its name.
  var isCustom: Bool {
    guard case .customName = self else { return false }
    return true
  }
}
