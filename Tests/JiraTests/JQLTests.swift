import Jira
import Testing

/// Nothing put into a query can become a part of the query.
@Suite struct JQLTests {
  @Test func `quotes and backslashes are escaped`() throws {
    #expect(try JQL.quote(#"a"b\c"#) == #""a\"b\\c""#)
    #expect(try JQL.quote("") == #""""#)
  }

  @Test(arguments: ["\n", "\t", "\u{0}", "a\rb", "\u{7f}", "\u{85}"])
  func `control characters are refused`(value: String) {
    #expect(throws: JQLError.controlCharacter) { try JQL.label(value) }
    #expect(throws: JQLError.controlCharacter) { try JQL.isEmpty(.named(value)) }
  }

  /// Broken variant: joining texts, by which this value would ask for every project.
  @Test func `a value cannot end its quotes`() throws {
    let hostile = #"x" OR project != "y\"#
    #expect(try JQL.project(hostile).text == #"project = "x\" OR project != \"y\\""#)
  }

  @Test func `conditions are joined in parentheses`() throws {
    let query = try JQL.updated(since: 1_732_877_091_000, project: "SCRSKY")
      .and(.label("a").or(.label("b").negated()))
      .ordered(by: [(field: .updated, ascending: true), (field: .id, ascending: false)])
    #expect(
      query.text
        == #"((project = "SCRSKY") AND (updated >= 1732877091000)) AND ((labels = "a") OR "#
        + #"(NOT (labels = "b"))) ORDER BY updated ASC, id DESC"#)
    // An order within parentheses would be refused by JIRA.
    #expect(try query.and(.project("X")).text.contains("ORDER") == false)
  }

  @Test func `lists and i ds`() throws {
    #expect(try JQL.ids(["10", "007"]).text == "id in (10, 7)")
    #expect(try JQL.any(.custom(10_010), of: ["a", "b"]).text == #"cf[10010] in ("a", "b")"#)
    #expect(throws: JQLError.notAnID) { try JQL.ids(["1) OR (1=1"]) }
    #expect(throws: JQLError.emptyList) { try JQL.ids([]) }
    #expect(throws: JQLError.emptyList) { try JQL.any(.labels, of: []) }
  }
}
