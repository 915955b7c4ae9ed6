import JSON
import Mapping

extension ResolvedField {
  /// The columns that give a row a value that a person chose; those that have it already are left out.
  ///
  /// - Parameters:
  ///   - value: what the column shall hold, or an object by column where there are several.
  ///   - row: the row.
  /// - Returns: the writes.
  /// - Throws: `FieldProblem` where the columns cannot be told from the value.
  func columnWrites(of value: JSON, row: Row) throws(FieldProblem) -> [ColumnWrite] {
    let names = mapping.columns
    let values: [String: JSON]
    if let members = value.object, Set(members.keys).isSubset(of: names), !members.isEmpty {
      values = members
    } else if names.count == 1 {
      values = [names[0]: value]
    } else {
      throw problem(
        "a value for it is an object by column: "
          + names.map { "\"\($0)\": …" }.joined(separator: ", "))
    }
    return values.sorted { $0.key < $1.key }.compactMap { column, new in
      let old = row[column] ?? .null
      return old == new ? nil : ColumnWrite(column: column, old: old, new: new, field: name)
    }
  }
}
