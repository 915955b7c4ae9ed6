import FoundationEssentials
import JSON
import SyncEngine

/// What `fields check` shows.
struct CheckReport {
  var findings: [FieldFinding]
  /// How many fields are kept in sync.
  var mapped: Int
  /// How many rows were looked at.
  var rows: Int
  /// Whether there was an issue to ask for the edit screen.
  var sawEditScreen: Bool

  /// How many findings would make something fail.
  var errors: Int { findings.count { $0.severity == .error } }
  private var warnings: Int { findings.count - errors }

  /// A paragraph for each finding, and a line that sums up.
  var text: String {
    let lines = findings.map { finding in
      "\(finding.severity.rawValue): \(Self.subject(finding))\(finding.problem).\n  → \(Self.sentence(finding.remedy))"
    }
    var summary =
      "\(Self.count(mapped, "field")) mapped, \(Self.count(rows, "row")) looked at: "
      + "\(Self.count(errors, "error")), \(Self.count(warnings, "warning"))"
    if !sawEditScreen {
      summary += "; there is no issue yet, so the edit screen was not looked at"
    }
    return (lines + [summary]).joined(separator: "\n")
  }

  var json: JSON {
    [
      "findings": .array(
        findings.map { finding in
          [
            "severity": .string(finding.severity.rawValue),
            "field": finding.field.map(JSON.string) ?? .null,
            "columns": .array(finding.columns.map(JSON.string)),
            "jira_field": finding.jiraField.isEmpty ? .null : .string(finding.jiraField),
            "problem": .string(finding.problem), "remedy": .string(finding.remedy),
          ]
        }),
      "errors": .number(Decimal(errors)), "warnings": .number(Decimal(warnings)),
      "fields": .number(Decimal(mapped)), "rows": .number(Decimal(rows)),
      "edit_screen": .bool(sawEditScreen),
    ]
  }

  /// `layer_name: column layer_name → JIRA field Layer (customfield_10014): `.
  private static func subject(_ finding: FieldFinding) -> String {
    guard let field = finding.field else { return "" }
    let noun = finding.columns.count == 1 ? "column" : "columns"
    let columns =
      finding.columns.isEmpty ? "" : "\(noun) \(finding.columns.joined(separator: ", ")) → "
    return "\(field): \(columns)JIRA field \(finding.jiraField): "
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
