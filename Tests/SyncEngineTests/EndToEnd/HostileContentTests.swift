import JSON
import Postgres
import TestSupport
import Testing

/// Text that is made to break something arrives as text, or is cut or left out as documented, and then stays as it is.
@Suite("Hostile content is inert and stable", .requiresPostgres)
struct HostileContentTests {
  /// Each with what JIRA is to show in a field of one paragraph.
  static let texts: [(name: String, text: String, shown: String)] = [
    ("JQL", #"x" OR project = OTHER ORDER BY key --"#, #"x" OR project = OTHER ORDER BY key --"#),
    ("SQL", "'; drop table file_audit; --", "'; drop table file_audit; --"),
    ("a Slack mention", "<!channel> <@U1> *bold*", "<!channel> <@U1> *bold*"),
    ("line breaks of a header", "a\r\nBcc: x@example.com", "a\nBcc: x@example.com"),
    ("controls", "a\u{1}b\u{7f}c\u{feff}d", "abcd"),
    ("HTML", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("a template", "{technical_debt} ${HOME} %s", "{technical_debt} ${HOME} %s"),
    ("wiki markup", "{code} [~admin] !x.png!", "{code} [~admin] !x.png!"),
    ("right to left", "\u{202e}evil\u{202c}", "\u{202e}evil\u{202c}"),
  ]

  @Test(arguments: texts)
  func `Arrives as it is written, and a second look writes nothing`(
    name: String, text: String, shown: String
  ) async throws {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try await world.run(
        "update public.file_audit set notes = \(text), technical_debt = \(text), file_path = \("src/" + text.prefix(40)) where id = \(id)"
      )
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.error == nil)
      let key = try #require(link.issueKey)
      #expect(try world.jira.issue(key).text("Notes") == shown)
      #expect(try world.jira.issue(key).text("Technical debt") == shown)
      try await world.poll()
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
      #expect(
        try await world.row(id)["notes"] == .string(text), "what was cleaned is not written back")
      #expect(try world.jira.issues().count == 1)
    }
  }

  /// Much text of one kind.
  enum Bulk: String, CaseIterable, CustomTestStringConvertible {
    case lines, words, emoji, accents, blanks

    var testDescription: String { rawValue }

    /// The text as SQL, so that it needs no room here; ten megabytes of the kind that is worked through line by line.
    var expression: SQL {
      switch self {
      case .lines: "repeat(E'line\\n', 2000000)"
      case .words: "repeat('word ', 40000)"
      case .emoji: "repeat('👩‍👩‍👧', 20000)"
      case .accents: "'e' || repeat(U&'\\0301', 100000)"
      case .blanks: "'a' || repeat(' ', 100000) || 'b'"
      }
    }
  }

  /// Catches whatever takes a time that grows with the square of a text's length.
  @Test(.timeLimit(.minutes(20)), arguments: Bulk.allCases)
  func `Up to ten megabytes of text are cut to what JIRA holds, and a second look writes nothing`(
    bulk: Bulk
  ) async throws {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      let text = bulk.expression
      try await world.run(
        "update public.file_audit set notes = " + text + ", technical_debt = " + text
          + " where id = \(id)")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.error == nil)
      let key = try #require(link.issueKey)
      let shown = try #require(try world.jira.issue(key).text("Notes"))
      #expect(shown.utf16.count <= 32_767)
      #expect(shown.hasSuffix("…"))
      let debt = try #require(try world.jira.issue(key).text("Technical debt"))
      #expect(debt == shown)
      try await world.poll()
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
      #expect(
        try await world.count(
          "public.file_audit where id = \(id) and octet_length(notes) > 99000") == 1,
        "the row keeps its own")
    }
  }
}
