import JSON
import Jira

extension ResolvedField {
  /// The write that gives the issue a value.
  func write(_ value: FieldValue, over old: FieldValue) throws(FieldProblem) -> FieldWrite {
    do throws(FieldCodecError) {
      return FieldWrite(
        field: name, columns: mapping.columns, fieldID: fieldID, type: type, value: value,
        json: try encoded(value), old: old,
        isShared: isSharedLabels)
    } catch {
      throw problem("cannot be written to the JIRA field \(label): \(error)")
    }
  }

  /// The value as JIRA takes it: what JIRA translates is named by its id.
  private func encoded(_ value: FieldValue) throws(FieldCodecError) -> JSON {
    if case .option(let text) = value, type.isTranslated, type.isWritable,
      let known = translated.value(named: text)
    {
      return .object(["id": .string(known.id)])
    }
    return try FieldCodec.encode(value, as: type, dialect: dialect)
  }
}
