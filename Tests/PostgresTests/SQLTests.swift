import Postgres
import Testing

/// Caught here: an interpolation that puts a value into the text, and numbers that collide when statements are joined.
@Suite struct SQLTests {
  @Test func `a value becomes a bind and never text`() {
    let evil = "'; drop table jobs; --"
    let sql: SQL = "select * from jobs where kind = \(evil) and id = \(42)"
    #expect(sql.text == "select * from jobs where kind = $1 and id = $2")
    #expect(sql.binds == [evil, "42"])
  }

  @Test func `nil is null`() {
    let sql: SQL = "select \(nil as String?), \(7 as Int?)"
    #expect(sql.text == "select $1, $2")
    #expect(sql.binds == [nil, "7"])
  }

  @Test func `a string literal inside is a value too`() {
    let sql: SQL = "select \("push")"
    #expect(sql.text == "select $1")
    #expect(sql.binds == ["push"])
  }

  @Test func `a spliced statement is renumbered`() {
    let condition: SQL = "kind = \("push") and id > \(5)"
    let sql: SQL = "update jobs set state = \("ready") where \(condition) limit \(10)"
    #expect(sql.text == "update jobs set state = $1 where kind = $2 and id > $3 limit $4")
    #expect(sql.binds == ["ready", "push", "5", "10"])
    let joined: SQL = condition + " or \(true)"
    #expect(joined.text == "kind = $1 and id > $2 or $3")
  }

  @Test func `dollar signs of a text are left alone`() {
    let body: SQL = "do $1$ begin end $1$"
    let sql: SQL = "select \(1); \(body)"
    #expect(sql.text == "select $1; do $1$ begin end $1$")
  }

  @Test func `an identifier is quoted`() {
    let sql: SQL = "listen \(identifier: #"a"; drop table b; --"#)"
    #expect(sql.text == #"listen "a""; drop table b; --""#)
    #expect(sql.binds.isEmpty)
  }

  @Test func `only unescaped goes in as it is`() {
    let order = "id desc"
    let sql: SQL = "select 1 order by \(unescaped: order)"
    #expect(sql.text == "select 1 order by id desc")
  }
}
