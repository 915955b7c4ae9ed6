import Postgres

/// One statement on many rows that is timed with and without our triggers.
enum UpdateCase: String, CaseIterable {
  /// A mapped column of rows with debt: each needs a job.
  case needed
  /// The same where a job of each row waits already.
  case waiting
  /// A column that is not mapped.
  case unmapped
  /// A mapped column of rows without debt and without an issue.
  case debtless

  /// The statement, which changes each row to something it did not hold.
  ///
  /// - Parameter text: new in each round.
  /// - Returns: the statement.
  func statement(_ text: String) -> SQL {
    switch self {
    case .needed, .waiting:
      "update public.file_audit set technical_debt = \(text) where has_technical_debt"
    case .unmapped:
      "update public.file_audit set updated_at = clock_timestamp() where has_technical_debt"
    case .debtless:
      "update public.file_audit set notes = \(text) where not has_technical_debt"
    }
  }

  /// How many jobs there are afterwards, of so many rows, with triggers.
  func jobs(rows: Int) -> Int {
    switch self {
    case .needed, .waiting: rows
    case .unmapped, .debtless: 0
    }
  }
}
