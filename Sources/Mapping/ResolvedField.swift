import Jira

/// A mapped field and what it is on one JIRA site.
public struct ResolvedField: Sendable, Hashable {
  /// The field as it is mapped; its direction is the one that holds on this site.
  public var mapping: FieldMapping
  /// The field's id in JIRA, `status` for the composite, empty for the key.
  public var fieldID: String
  /// The field's name in JIRA, for messages.
  public var fieldName: String
  /// The field's type in JIRA.
  public var type: FieldType
  /// Whether the create screen has it.
  public var writableOnCreate: Bool
  /// The options that JIRA takes for it, nil where it takes any value or does not say.
  public var options: [AllowedOption]?
  /// The columns of the mapping as the table has them.
  public var columns: [TableColumn]
  /// The site's family, which decides how much of a text has room.
  public var dialect: JiraDialect
  /// The project that a parent must be in, whatever the row names; nil for any other field.
  public var parentProject: String?
  /// What the site's statuses, resolutions, priorities and issue types are called; empty for fields that need none of it.
  public var names = SiteNames()

  /// Describes a field on one site.
  ///
  /// - Parameters:
  ///   - mapping: the field as it is mapped.
  ///   - fieldID: the field's id in JIRA.
  ///   - fieldName: the field's name in JIRA.
  ///   - type: the field's type.
  ///   - writableOnCreate: whether the create screen has it.
  ///   - options: the options that JIRA takes for it.
  ///   - columns: the columns of the mapping as the table has them.
  ///   - dialect: the site's family.
  public init(
    mapping: FieldMapping, fieldID: String, fieldName: String, type: FieldType,
    writableOnCreate: Bool = true, options: [AllowedOption]? = nil, columns: [TableColumn],
    dialect: JiraDialect = .cloud
  ) {
    self.mapping = mapping
    self.fieldID = fieldID
    self.fieldName = fieldName
    self.type = type
    self.writableOnCreate = writableOnCreate
    self.options = options
    self.columns = columns
    self.dialect = dialect
  }

  /// The field's name in the mapping.
  public var name: String { mapping.name }

  /// Whether it is the composite of debt, audit and the status.
  package var isStatus: Bool {
    if case .status = mapping.source { true } else { false }
  }

  /// The rules of the composite, nil for any other field.
  package var statusRules: StatusRules? {
    guard case .status(let rules) = mapping.source else { return nil }
    return rules
  }

  /// The names of the values that the field takes, where JIRA translates them.
  package var translated: NameList { names.list(for: type) }

  /// A text of the configuration or of a row as the canonical name of the value that it means; any other text as it is.
  package func canonicalName(_ text: String) -> String {
    guard type.isTranslated else { return text }
    return translated.value(named: text)?.canonical ?? text
  }

  /// The field in a message: name and id.
  package var label: String { fieldName == fieldID ? fieldID : "\(fieldName) (\(fieldID))" }

  /// Whether it is JIRA's own list of labels, which people and other tools share with us.
  package var isSharedLabels: Bool { type == .labels && fieldID == "labels" }
}
