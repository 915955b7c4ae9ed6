import Jira
import Mapping

extension CustomFieldType {
  /// The kind of field that can hold what a mapped field has.
  ///
  /// - Parameters:
  ///   - field: the mapped field; its own `type` is taken where it has one.
  ///   - columns: its columns.
  public init(for field: FieldMapping, columns: [TableColumn]) {
    if let type = field.type {
      self = type
      return
    }
    let isList =
      field.transforms.reduce(columns.first?.kind == .textArray) { isList, step in
        switch step {
        case .split: true
        case .join, .constant: false
        default: isList
        }
      }
    switch (field.source, columns.first?.kind) {
    case (.template, _), (.constant, _), (.status, _), (.tickets, _), (.column, nil): self = .text
    case (.column, _) where columns.count == 2: self = .cascadingSelect
    case (.column, _) where isList: self = .multiSelect
    case (.column, _) where !field.valueMap.isEmpty || Self.lists.contains(field.name):
      self = .select
    case (.column, _) where !field.transforms.isEmpty: self = .text
    case (.column, .integer?), (.column, .decimal?): self = .number
    case (.column, .boolean?): self = .select
    case (.column, .date?): self = .date
    case (.column, .timestamp?): self = .dateTime
    case (.column, .text(let limit)?): self = limit.map { $0 <= 255 } == true ? .text : .paragraph
    case (.column, .textArray?): self = .multiSelect
    case (.column, .json?): self = .text
    }
  }

  /// Columns of the default mapping whose few texts are better chosen than typed.
  private static let lists = ["layer_name", "status"]

  /// The kind of field that has options of its own.
  init?(of type: FieldType) {
    switch type {
    case .select: self = .select
    case .multiSelect: self = .multiSelect
    case .checkboxes: self = .checkboxes
    case .cascadingSelect: self = .cascadingSelect
    default: return nil
    }
  }

  /// What such a field holds.
  var fieldType: FieldType {
    .of(
      FieldSchema(
        type: "", custom: "com.atlassian.jira.plugin.system.customfieldtypes:\(jiraName)"))
  }
}
