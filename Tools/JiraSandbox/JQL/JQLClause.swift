/// One comparison of a query.
struct JQLClause: Sendable, Hashable {
  /// The field as it was written.
  var field: String
  var comparison: JQLOperator
  var operand: JQLOperand
}
