import Foundation
import Testing

@testable import Mapping
@testable import SyncConfiguration

/// The examples that people and other programs see: what they show is what the reader takes.
///
/// `scripts/contract` puts the same files before `jira-sync.schema.json`, so that the two cannot drift apart.
struct MappingExamplesTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
  }

  private func documents(_ name: String) throws -> [String] {
    try Self.text("Tests/Contract/mapping/\(name).yaml").components(separatedBy: "\n---\n")
  }

  private func problems(_ yaml: String) -> [MappingError.Issue] {
    do throws(MappingError) {
      _ = try ConfigurationFile(yaml: yaml, file: "m.yaml", columns: nil)
      return []
    } catch {
      return error.issues
    }
  }

  @Test
  func `valid files are read`() throws {
    let documents = try documents("valid")
    #expect(documents.count >= 9)
    for yaml in documents { #expect(problems(yaml) == [], "\(yaml)") }
  }

  @Test(arguments: ["invalid", "reader-only"])
  func `invalid files are refused, each with line and column`(name: String) throws {
    let documents = try documents(name)
    #expect(documents.count >= 9)
    for yaml in documents {
      let found = problems(yaml)
      #expect(!found.isEmpty, "\(yaml)")
      #expect(found.allSatisfy { $0.line != nil && $0.column != nil }, "\(found)")
    }
  }

  @Test
  func `every example of the reference is read, and there is one for each type of field`() throws {
    let text = try Self.text("docs/mapping.md")
    var examples: [String] = []
    for block in text.components(separatedBy: "```yaml\n").dropFirst() {
      examples.append(try #require(block.components(separatedBy: "```").first))
    }
    for yaml in examples { #expect(problems(yaml) == [], "\(yaml)") }
    let types = CustomFieldType.allCases.map(\.rawValue)
    let shown = examples.joined(separator: "\n")
    for type in types { #expect(shown.contains("type: \(type)"), "no example of \(type)") }
    let system = [
      "priority", "assignee", "duedate", "components", "fixVersions", "labels", "parent",
      "environment", "summary", "description",
    ]
    for field in system {
      #expect(
        shown.contains("field: \(field)") || shown.contains("\n  \(field):"),
        "no example of \(field)")
    }
  }
}
