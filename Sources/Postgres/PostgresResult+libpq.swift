import CLibPQ

extension PostgresResult {
  /// Copies what libpq holds.
  init(result: OpaquePointer, doing: String) {
    let width = PQnfields(result)
    let names = (0..<width).map { String(cString: PQfname(result, $0)) }
    let shared = ResultColumns(names: names, doing: doing)
    let rows = (0..<PQntuples(result)).map { row in
      PostgresRow(
        columns: shared,
        values: (0..<width).map { column in
          guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column)
          else { return nil }
          let length = Int(PQgetlength(result, row, column))
          return String(
            decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
        })
    }
    self.init(
      columns: names, rows: rows, affected: Int(String(cString: PQcmdTuples(result))) ?? 0,
      commandTag: String(cString: PQcmdStatus(result)))
  }
}
