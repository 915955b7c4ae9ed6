import Jira

extension ResolvedField {
  /// The write that gives the issue a value.
  func write(_ value: FieldValue, over old: FieldValue) throws(FieldProblem) -> FieldWrite {
    FieldWrite(
      field: name, columns: mapping.columns, fieldID: fieldID, type: type, value: value,
      json: try encoded(value), old: old, isShared: isSharedLabels)
  }
}
