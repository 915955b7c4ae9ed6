import Testing

@testable import JiraSandbox

@Suite("Reading JQL")
struct JQLParserTests {
  private func clause(_ field: String, _ comparison: JQLOperator, _ operand: JQLOperand)
    -> JQLExpression
  {
    .clause(JQLClause(field: field, comparison: comparison, operand: operand))
  }

  @Test
  func `AND binds closer than OR, and NOT closer than both`() throws {
    // A parser that reads from left to right without precedence gives ((a OR b) AND NOT c).
    let query = try JQLParser.parse("a = 1 or b = 2 and not c = 3")
    #expect(
      query.condition
        == .any([
          clause("a", .equal, .bare("1")),
          .all([clause("b", .equal, .bare("2")), .not(clause("c", .equal, .bare("3")))]),
        ]))
  }

  @Test
  func `Parentheses, lists, functions, EMPTY and the order`() throws {
    let query = try JQLParser.parse(
      """
      (project = SCRSKY) AND status not in ("To Do", 'In Progress') AND assignee = currentUser()
      AND cf[10010] IS NOT EMPTY AND updated >= startOfDay("-1d") ORDER BY updated ASC, "File path" DESC, id
      """)
    #expect(
      query.condition
        == .all([
          clause("project", .equal, .bare("SCRSKY")),
          clause("status", .noneOf, .list([.quoted("To Do"), .quoted("In Progress")])),
          clause("assignee", .equal, .function("currentUser", [])),
          clause("cf[10010]", .isNotEmpty, .empty),
          clause("updated", .greaterOrEqual, .function("startOfDay", ["-1d"])),
        ]))
    #expect(
      query.order == [
        JQLOrder(field: "updated", isDescending: false),
        JQLOrder(field: "File path", isDescending: true),
        JQLOrder(field: "id", isDescending: false),
      ])
  }

  @Test
  func `Escapes in quotes are undone`() throws {
    let query = try JQLParser.parse(#"summary ~ "a \"b\" \\ \u0041""#)
    #expect(query.condition == clause("summary", .contains, .quoted(#"a "b" \ A"#)))
  }

  @Test
  func `An ORDER BY alone is a query without a condition`() throws {
    let query = try JQLParser.parse("order by created")
    #expect(query.condition == nil)
    #expect(query.order == [JQLOrder(field: "created", isDescending: false)])
  }

  @Test(arguments: [
    ("project SCRSKY", "Expecting operator but got 'SCRSKY'."),
    ("project = ", "Expecting either a value, list or function but got the end of the query."),
    ("project = A B", "Expecting either 'OR' or 'AND' but got 'B'. (line 1, character 13)"),
    (
      "summary ~ \"open",
      "The quoted string 'open' has not been completed. (line 1, character 11)"
    ),
    ("assignee = a@b", "The character '@' is a reserved JQL character."),
    ("(project = A", "Expecting ')' before the end of the query."),
    ("project in A", "Expecting '(' but got 'A'."),
    ("project = and", "'and' is a reserved JQL word."),
    ("project is 3", "Expecting either 'EMPTY' or 'NULL' but got '3'."),
    (#"summary ~ "\x""#, #"'\x' is an illegal JQL escape sequence."#),
    ("project = A order updated", "Expecting 'by' but got 'updated'."),
    ("project = A AND", "Expecting a field name at the end of the query."),
  ])
  func `What is no JQL is refused with status 400 and the place of the fault`(
    jql: String, message: String
  ) {
    let refusal = #expect(throws: Refusal.self) { try JQLParser.parse(jql) }
    #expect(refusal?.status == 400)
    #expect(refusal?.messages.first?.hasPrefix("Error in the JQL Query: \(message)") == true)
  }

  @Test
  func `Deep nesting is refused, not a crash of the stack`() {
    let jql = String(repeating: "(", count: 100_000) + "a = 1"
    #expect(throws: Refusal.self) { try JQLParser.parse(jql) }
    let nots = String(repeating: "not ", count: 100_000) + "a = 1"
    #expect(throws: Refusal.self) { try JQLParser.parse(nots) }
  }
}
