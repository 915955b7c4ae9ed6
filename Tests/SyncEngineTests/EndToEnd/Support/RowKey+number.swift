import JobQueue

extension RowKey {
  /// The row of `file_audit` with this id.
  init(_ id: Int64) { self.init(id: String(id)) }
}
