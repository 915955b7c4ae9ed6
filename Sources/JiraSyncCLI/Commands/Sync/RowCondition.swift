import ArgumentParser
import Postgres
import SyncConfiguration

/// A condition on a column, `column=value`: all that `--where` takes.
struct RowCondition: Sendable, Hashable, ExpressibleByArgument {
  var column: String
  var value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "=") else { return nil }
    column = String(argument[..<equals]).trimmed
    value = String(argument[argument.index(after: equals)...]).trimmed
    let isName =
      column.first.map { $0.isLetter || $0 == "_" } == true
      && column.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    guard isName else { return nil }
  }

  static var defaultValueDescription: String { "column=value" }

  /// The condition on `file_audit` as `f`; the column is known to exist, the value is a parameter.
  var sql: SQL { "f.\(identifier: column)::text = \(value)" }
}
