import CLibPQ

/// The fields of an error or notice; their codes are in section 55.8 of the Postgres manual.
///
/// The macros of libpq are character literals, which Swift does not import.
enum ResultField: Unicode.Scalar {
  case severity = "V"
  case sqlState = "C"
  case message = "M"
  case detail = "D"
  case hint = "H"
  case position = "P"
  case context = "W"
  case schema = "s"
  case table = "t"
  case column = "c"
  case constraint = "n"

  /// What a result says in this field; nil where it has none.
  func text(of result: OpaquePointer) -> String? {
    PQresultErrorField(result, Int32(rawValue.value)).map { String(cString: $0) }
  }
}
