import Postgres

extension PostgresError {
  /// Whether waiting would be of no use, since a person has to change something: the schema is not there.
  var isHopeless: Bool {
    // undefined_table, undefined_function, invalid_schema_name (Postgres manual, appendix A)
    switch sqlState {
    case "42P01", "42883", "3F000": true
    default: false
    }
  }
}
