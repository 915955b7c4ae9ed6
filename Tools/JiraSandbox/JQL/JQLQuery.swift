/// A query that could be read; its fields and values are not looked up yet.
struct JQLQuery: Sendable, Hashable {
  /// The condition; nil where the query has none.
  var condition: JQLExpression?
  var order: [JQLOrder]
}

/// One comparison of a query.
struct JQLClause: Sendable, Hashable {
  /// The field as it was written.
  var field: String
  var comparison: JQLOperator
  var operand: JQLOperand
}

/// The condition of a query.
indirect enum JQLExpression: Sendable, Hashable {
  case clause(JQLClause)
  case not(JQLExpression)
  case all([JQLExpression])
  case any([JQLExpression])
}

/// One field of ORDER BY.
struct JQLOrder: Sendable, Hashable {
  var field: String
  var isDescending: Bool
}
