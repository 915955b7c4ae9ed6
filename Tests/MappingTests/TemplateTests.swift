import Testing

@testable import Mapping

/// Texts with columns in them, and the steps from a column's text to what is sent.
struct TemplateTests {
  private func fill(_ text: String, _ columns: [String: String]) throws -> String {
    try Template(text).filled { columns[$0] ?? "" }
  }

  @Test(arguments: [
    ("[{a}] {b}", "[x] y"), ("{{{a}}}", "{x}"), ("{a|upper}", "X"),
    ("{c|first_line}", "one"), ("{a}{? — {c|first_line}}", "x — one"),
    ("{a}{? — {none}}", "x"), ("{a}{? — {control}}", "x"), ("{a}{? ({b}, {none})}!", "x!"),
    ("{ a | trim | upper }", "X"),
  ])
  func `columns, filters, optional parts and braces`(text: String, expected: String) throws {
    #expect(
      try fill(text, ["a": "x", "b": "y", "c": "\n one \ntwo", "control": "\u{1} \u{7F}"])
        == expected)
  }

  @Test(arguments: ["{a", "a}", "{}", "{a|shout}", "{? {a}", "{? {? {a}}}"])
  func `a text that is no template is refused in words`(text: String) {
    #expect(throws: TemplateError.self) { try Template(text) }
  }

  @Test
  func `the built-in summary is what its text says`() throws {
    let summary = Template.standardSummary
    #expect(try Template(summary.text) == summary)
    #expect(summary.columns == ["file_number", "file_path", "technical_debt"])
  }

  @Test
  func `steps run in their order, over every element of a list`() throws {
    func run(_ steps: [FieldTransform], _ value: ColumnText) -> ColumnText {
      steps.reduce(value) { $1.applied(to: $0) }
    }
    #expect(run([.trim, .upper], .list([" a", "b "])) == .list(["A", "B"]))
    #expect(run([.split(";"), .join(" + ")], .one("a; b;;c")) == .one("a + b + c"))
    #expect(run([.truncate(4)], .one("🙂🙂🙂🙂🙂")) == .one("🙂🙂🙂…"))
    #expect(run([.truncate(5)], .one("🙂🙂🙂🙂🙂")) == .one("🙂🙂🙂🙂🙂"))
    #expect(run([.constant("x")], .none) == .one("x"))
    #expect(run([.join(",")], .list([])) == .none)
    let pattern = try TextPattern("([0-9]+)")
    #expect(run([.regex(pattern, replacement: "#")], .one("a12b3")) == .one("a#b#"))
    #expect(
      run([.dateFormat("dd.MM.yyyy HH:mm")], .one("2026-01-02T03:04:05.6"))
        == .one("02.01.2026 03:04"))
    #expect(run([.dateFormat("yyyy")], .one("soon")) == .one("soon"))
  }

  @Test
  func `a time of a row is UTC where it says no zone, and is written as Postgres would`() {
    #expect(Timestamp("1970-01-01T00:00:01.5")?.milliseconds == 1_500)
    #expect(Timestamp("1970-01-01 02:00:00+02")?.milliseconds == 0)
    #expect(Timestamp("1970-01-02")?.milliseconds == 86_400_000)
    #expect(Timestamp("infinity") == nil)
    #expect(Timestamp(milliseconds: 1_500).rowText(zoned: false) == "1970-01-01T00:00:01.5")
    #expect(Timestamp(milliseconds: 0).rowText(zoned: true) == "1970-01-01T00:00:00+00:00")
  }
}
