/// One mapped field: what of a row stands for what of an issue, and who follows whom.
public struct FieldMapping: Sendable, Hashable {
  /// The field's name in the mapping, unique; the base is kept under it.
  public var name: String
  /// The columns that the value is made from.
  public var columns: [String]
  /// What it is in JIRA.
  public var target: FieldTarget
  /// Which side may be written.
  public var direction: SyncDirection
  /// Who wins where both sides changed.
  public var conflict: ConflictPolicy
  /// How the value is made from the columns.
  public var source: FieldSource
  /// What is done to the column's text, in this order, before the value map.
  public var transforms: [FieldTransform]
  /// Texts of the column and their texts in JIRA.
  public var valueMap: ValueMap
  /// When the field is sent.
  public var apply: ApplyWhen
  /// Whether a JIRA site without the field is an error.
  public var required: Bool
  /// Another field of the mapping: where JIRA has it, this one is only pushed.
  public var pushOnlyBeside: String?
  /// What fills the column when the issue is resolved.
  public var onResolution: ResolutionFill?
  /// The kind of custom field that it is to be; nil where any will do that can hold the value.
  public var type: CustomFieldType?

  /// Makes a mapped field.
  ///
  /// - Parameters:
  ///   - name: the field's name in the mapping.
  ///   - columns: the columns that the value is made from.
  ///   - target: what it is in JIRA.
  ///   - direction: which side may be written.
  ///   - conflict: who wins where both sides changed.
  ///   - source: how the value is made from the columns.
  ///   - transforms: what is done to the column's text.
  ///   - valueMap: texts of the column and their texts in JIRA.
  ///   - apply: when the field is sent.
  ///   - required: whether a JIRA site without the field is an error.
  ///   - pushOnlyBeside: another field; where JIRA has it, this one is only pushed.
  ///   - onResolution: what fills the column when the issue is resolved.
  ///   - type: the kind of custom field that it is to be.
  public init(
    name: String, columns: [String], target: FieldTarget, direction: SyncDirection = .push,
    conflict: ConflictPolicy = .rowWins, source: FieldSource = .column,
    transforms: [FieldTransform] = [], valueMap: ValueMap = ValueMap(),
    apply: ApplyWhen = .createAndUpdate, required: Bool = false, pushOnlyBeside: String? = nil,
    onResolution: ResolutionFill? = nil, type: CustomFieldType? = nil
  ) {
    self.name = name
    self.columns = columns
    self.target = target
    self.direction = direction
    self.conflict = conflict
    self.source = source
    self.transforms = transforms
    self.valueMap = valueMap
    self.apply = apply
    self.required = required
    self.pushOnlyBeside = pushOnlyBeside
    self.onResolution = onResolution
    self.type = type
  }
}

/// When a field is sent to JIRA.
public enum ApplyWhen: String, Sendable, Hashable, Codable, CaseIterable {
  /// When the issue is made and whenever the row changes.
  case createAndUpdate = "create_and_update"
  /// Only when the issue is made; later changes of the row stay in the row.
  case create
  /// Only after the issue was made, by an edit: for fields that the create screen lacks.
  case update
}

/// How a field's value is made from the columns of a row.
public enum FieldSource: Sendable, Hashable {
  /// The one column as it is; two columns for a cascading select, the parent's first.
  case column
  /// A text with columns in it.
  case template(Template)
  /// The same text for every row.
  case constant(String)
  /// The columns about debt and audit against the status.
  case status(StatusRules)
  /// The list of tickets to which the key is appended.
  case tickets
}

/// What JIRA knows about a resolution that fills a column when the issue is resolved.
public enum ResolutionFill: String, Sendable, Hashable, Codable, CaseIterable {
  /// When it was resolved.
  case date = "resolution_date"
  /// Who resolved it.
  case resolver
}

/// Who wins where both sides of a field changed to different values.
public enum ConflictPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// The row's value is written to JIRA.
  case rowWins = "row_wins"
  /// JIRA's value is written to the row.
  case jiraWins = "jira_wins"
  /// Neither is written until a person decides.
  case manual
}
