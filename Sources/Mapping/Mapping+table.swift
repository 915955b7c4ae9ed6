extension Mapping {
  /// The mapping on a table as the database has it: people's own columns included, with the kinds and limits that are there.
  ///
  /// - Parameter table: the columns of the table.
  /// - Returns: the mapping with those columns.
  /// - Throws: `MappingError` with file, line and column for each column that the file names and the table lacks. A column
  ///   of the default mapping that the table lacks is no error: what is mapped to it is left out.
  public func on(table: [TableColumn]) throws(MappingError) -> Mapping {
    let known = table.map(\.name)
    let issues = mentions.filter { !known.contains($0.column) }.map { mention in
      var issue = mention.issue
      issue.message = ColumnMention.unknown(mention.column, field: issue.message, known: known)
      return issue
    }
    guard issues.isEmpty else { throw MappingError(issues) }
    var mapping = self
    mapping.columns = table
    return mapping
  }
}

extension Mapping {
  /// The mapping where no database is at hand: every column that the file names is taken for a text.
  public var withColumnsAsNamed: Mapping {
    var mapping = self
    for name in mentions.map(\.column) where !mapping.columns.contains(where: { $0.name == name }) {
      mapping.columns.append(TableColumn(name: name, kind: .text(limit: nil)))
    }
    return mapping
  }
}
