import Jira

extension ResolvedField {
  /// The write that gives the issue a value.
  func write(_ value: FieldValue, over old: FieldValue) throws(FieldProblem) -> FieldWrite {
    do throws(FieldCodecError) {
      return FieldWrite(
        field: name, columns: mapping.columns, fieldID: fieldID, type: type, value: value,
        json: try FieldCodec.encode(value, as: type, dialect: dialect), old: old,
        isShared: isSharedLabels)
    } catch {
      throw problem("cannot be written to the JIRA field \(label): \(error)")
    }
  }
}
