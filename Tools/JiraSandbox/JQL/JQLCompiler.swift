import JSON

/// Looks up the fields and values of a query and makes a test of issues from it.
struct JQLCompiler: Sendable {
  typealias Test = @Sendable (Issue) -> Bool

  let site: Site
  let caller: Person?
  let dates: JQLDates
  /// What exists, for keys and ids that a query names.
  let state: SandboxState
  /// Whether unknown keys and ids make the query invalid; Data Center can be asked not to.
  var isStrict = true

  /// The most fields an ORDER BY may have.
  static let mostOrderFields = 7

  /// The test that a condition stands for.
  ///
  /// - Throws: `Refusal` with status 400 and JIRA's words: unknown field, unknown value, operator that the field does not have.
  func test(_ expression: JQLExpression) throws(Refusal) -> Test {
    switch expression {
    case .clause(let clause): return try test(clause)
    case .not(let inner):
      let inner = try test(inner)
      return { !inner($0) }
    case .all(let parts):
      let tests = try tests(parts)
      return { issue in tests.allSatisfy { $0(issue) } }
    case .any(let parts):
      let tests = try tests(parts)
      return { issue in tests.contains { $0(issue) } }
    }
  }

  private func tests(_ parts: [JQLExpression]) throws(Refusal) -> [Test] {
    var tests: [Test] = []
    for part in parts { tests.append(try test(part)) }
    return tests
  }

  /// Finds a field by one of its names in JQL.
  func field(_ name: String) -> FieldDefinition? {
    let name = name.lowercased()
    return site.fields.first { $0.clauseNames.contains(name) || $0.id == name }
  }

  private func test(_ clause: JQLClause) throws(Refusal) -> Test {
    switch clause.field.lowercased() {
    case "text":
      let fields = site.fields.filter { [.text, .url, .richText, .comments].contains($0.kind) }
      return try textTest(clause, of: fields)
    case "statuscategory": return try categoryTest(clause)
    default: break
    }
    guard let field = field(clause.field) else {
      throw .badRequest(
        "Field '\(clause.field)' does not exist or you do not have permission to view it.")
    }
    switch field.kind {
    case .text, .url, .richText, .comments: return try textTest(clause, of: [field])
    case .number: return try numberTest(clause, of: field)
    case .day, .instant: return try dateTest(clause, of: field)
    case .key: return try keyTest(clause)
    case .option, .options, .cascade, .labels, .person, .people, .priority, .components,
      .versions, .parent, .project, .issueType, .status, .resolution:
      return try choiceTest(clause, of: field)
    }
  }

  func unsupported(_ clause: JQLClause) -> Refusal {
    .badRequest(
      "The operator '\(clause.comparison.rawValue)' is not supported by the '\(clause.field)' field."
    )
  }

  func unknownValue(_ operand: JQLOperand, of field: String) -> Refusal {
    .badRequest("The value '\(operand.text)' does not exist for the field '\(field)'.")
  }

  /// The operands of a clause: those of a list, or the one.
  func operands(of clause: JQLClause) -> [JQLOperand] {
    if case .list(let operands) = clause.operand { return operands }
    return [clause.operand]
  }

  private func textTest(
    _ clause: JQLClause, of fields: [FieldDefinition]
  ) throws(Refusal) -> Test {
    @Sendable func texts(_ issue: Issue) -> [String] {
      fields.flatMap { field -> [String] in
        if field.kind == .comments { return issue.comments.map(\.body.plainText) }
        let stored = issue.fields[field.id]
        return [stored?.string ?? RichText(stored: stored)?.plainText].compactMap { $0 }
          .filter { !$0.isEmpty }
      }
    }
    switch (clause.comparison, clause.operand) {
    case (.isEmpty, _): return { texts($0).isEmpty }
    case (.isNotEmpty, _): return { !texts($0).isEmpty }
    case (.contains, .quoted(let query)), (.contains, .bare(let query)):
      let text = try JQLText(query, field: clause.field)
      return { texts($0).contains(where: text.matches) }
    case (.notContains, .quoted(let query)), (.notContains, .bare(let query)):
      let text = try JQLText(query, field: clause.field)
      return { issue in
        let texts = texts(issue)
        return !texts.isEmpty && !texts.contains(where: text.matches)
      }
    default: throw unsupported(clause)
    }
  }

  private func categoryTest(_ clause: JQLClause) throws(Refusal) -> Test {
    var wanted: Set<StatusCategory> = []
    for operand in operands(of: clause) {
      let text = operand.text.lowercased()
      let all: [StatusCategory] = [.new, .indeterminate, .done]
      guard
        let found = all.first(where: {
          $0.rawValue == text || $0.name.lowercased() == text || "\($0.id)" == text
        })
      else { throw unknownValue(operand, of: clause.field) }
      wanted.insert(found)
    }
    let site = site
    let categories = wanted
    @Sendable func isWanted(_ issue: Issue) -> Bool {
      site.status(issue.statusID).map { categories.contains($0.category) } ?? false
    }
    switch clause.comparison {
    case .equal, .anyOf: return isWanted
    case .notEqual, .noneOf: return { !isWanted($0) }
    default: throw unsupported(clause)
    }
  }
}
