import JSON
import Jira
import Mapping
import SyncEngine

/// What `fields list` shows.
struct FieldList {
  private struct Entry {
    var field: JiraField
    var type: FieldType
    /// The fields of the mapping, with the direction that holds here.
    var mapped: [ResolvedField]
  }

  private let entries: [Entry]

  /// The fields of a site that a project has, its own first the custom ones by name.
  init(facts: SiteFacts, found: [ResolvedField]) {
    entries = facts.fields
      .filter { $0.scopeProjectID == nil || $0.scopeProjectID == facts.project.id }
      .sorted { first, second in
        (first.isCustom ? 0 : 1, first.name, first.id)
          < (second.isCustom ? 0 : 1, second.name, second.id)
      }
      .map { field in
        Entry(
          field: field, type: .of(field),
          mapped: found.filter { $0.fieldID == field.id })
      }
  }

  /// A line for each field, in columns.
  var table: TextTable {
    var table = TextTable([.init("ID"), .init("NAME"), .init("TYPE"), .init("MAPPED AS")])
    table.rows = entries.map { entry in
      let mapped = entry.mapped.map { "\($0.name) (\($0.mapping.direction.rawValue))" }
      return [
        .init(entry.field.id), .init(entry.field.name), .init(Self.name(entry.type)),
        .init(mapped.joined(separator: ", ")),
      ]
    }
    return table
  }

  var json: JSON {
    .array(
      entries.map { entry in
        [
          "id": .string(entry.field.id), "name": .string(entry.field.name),
          "type": .string(Self.name(entry.type)), "custom": .bool(entry.field.isCustom),
          "mapped": .bool(!entry.mapped.isEmpty),
          "mapped_as": .array(
            entry.mapped.map { field in
              [
                "field": .string(field.name),
                "columns": .array(field.mapping.columns.map(JSON.string)),
                "direction": .string(field.mapping.direction.rawValue),
              ]
            }),
        ]
      })
  }

  private static func name(_ type: FieldType) -> String {
    guard case .unsupported(let name) = type else { return type.description }
    let short = name.split(separator: ":").last.map(String.init) ?? name
    return "\(short), cannot be mapped"
  }
}
