import Testing

@testable import Postgres

/// When a statement gets a name, decided without a server.
struct PreparedStatementsTests {
  private let statement = ("select \(1)::int as n" as SQL).prepared()

  @Test func `a statement that does not ask for it has no name`() {
    var statements = PreparedStatements()
    statements.heard(isDirect: true)
    #expect(statements.way(of: "select 1") == .unnamed)
  }

  @Test func `nothing is prepared before the server has said which it is`() {
    #expect(PreparedStatements().way(of: statement) == .unnamed)
  }

  @Test func `behind a pooler nothing has a name`() {
    var statements = PreparedStatements()
    statements.heard(isDirect: false)
    #expect(statements.way(of: statement) == .unnamed)
  }

  @Test func `it is prepared once and then run by its name`() {
    var statements = PreparedStatements()
    statements.heard(isDirect: true)
    let name = PreparedStatements.name(of: statement.text)
    #expect(statements.way(of: statement) == .preparing(name: name))
    statements.kept(statement.text, as: name)
    #expect(statements.way(of: statement) == .prepared(name: name))
  }

  /// Caught: names that are counted, so that behind a pooler that was not recognised one process runs another's statement.
  @Test func `a name is that of the text`() {
    #expect(PreparedStatements.name(of: "select 1") == PreparedStatements.name(of: "select 1"))
    #expect(PreparedStatements.name(of: "select 1") != PreparedStatements.name(of: "select 2"))
  }

  @Test func `after a name was lost there are none any more`() {
    var statements = PreparedStatements()
    statements.heard(isDirect: true)
    statements.kept(statement.text, as: "name")
    statements.lost()
    #expect(statements.way(of: statement) == .unnamed)
  }

  /// Caught: a server that says it in another language, whose workers then fail until they are started again.
  @Test(arguments: ["26000", "42P05", "0A000"])
  func `what is wrong with a name is told by the code`(sqlState: String) {
    let error = PostgresError(
      kind: .server, sqlState: sqlState,
      message: "gecachter Plan darf den Ergebnistyp nicht ändern",
      doing: "trying")
    #expect(PreparedStatements.mayBeAboutName(error))
  }

  @Test func `values are no part of the name`() {
    func asked(_ value: Int) -> SQL { "select \(value)::int" }
    #expect(asked(1).prepared().text == asked(2).prepared().text)
  }
}
