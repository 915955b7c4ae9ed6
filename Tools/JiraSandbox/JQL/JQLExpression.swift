/// The condition of a query.
indirect enum JQLExpression: Sendable, Hashable {
  case clause(JQLClause)
  case not(JQLExpression)
  case all([JQLExpression])
  case any([JQLExpression])
}
