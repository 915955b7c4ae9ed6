import Postgres

extension SQL {
  /// A `timestamptz` as programs read it: UTC with milliseconds, `2026-11-24T06:30:00.000Z`.
  ///
  /// - Parameter column: the column or expression.
  /// - Returns: the expression, a text.
  static func instant(_ column: String) -> SQL {
    SQL(
      unescaped: "to_char(\(column) at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
  }

  /// Seconds from now: negative for the past.
  static func fromNow(_ column: String) -> SQL {
    SQL(unescaped: "round(extract(epoch from \(column) - clock_timestamp()), 3)")
  }
}
