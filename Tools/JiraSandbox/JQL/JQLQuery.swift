/// A query that could be read; its fields and values are not looked up yet.
struct JQLQuery: Sendable, Hashable {
  /// The condition; nil where the query has none.
  var condition: JQLExpression?
  var order: [JQLOrder]
}
