/// Rows changed between being read and being written: nothing was written, and they are planned anew.
struct RowMoved: Error, CustomStringConvertible {
  let jobs: Set<Int64>

  var description: String { "the row changed while it was being synced; it is planned anew" }
}
