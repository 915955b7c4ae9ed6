import ArgumentParser
import Foundation
import Postgres
import TestSupport
import Testing

@testable import JiraSyncCLI

/// Whatever the pages show for copying exists as it is shown; what the guide and the recipes do with it, their own tests run.
@Suite("Commands and statements in the documentation", .requiresPostgres)
struct DocumentedCommandsTests {
  /// Lines of blocks, without what is only shown of answers, and what stands in backticks.
  private static func snippets() throws -> [(page: String, text: String)] {
    var pages = ["README.md"]
    pages += try FileManager.default.contentsOfDirectory(
      atPath: Program.checkout.appending(path: "docs").path
    )
    .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    var found: [(String, String)] = []
    for page in pages.sorted() {
      let text = try String(contentsOf: Program.checkout.appending(path: page), encoding: .utf8)
      for line in text.components(separatedBy: "\n") {
        let bare = line.trimmingCharacters(in: .whitespaces)
        found.append((page, bare.hasPrefix("$ ") ? String(bare.dropFirst(2)) : bare))
        // Every second piece stands in backticks.
        for (index, piece) in line.components(separatedBy: "`").enumerated()
        where index % 2 == 1 { found.append((page, piece)) }
      }
    }
    return found
  }

  /// The words of a command line as a shell parts them, up to a comment.
  static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word = ""
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word.append(character) }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if character == "#", word.isEmpty {
        break
      } else if character == " " {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? words : words + [word]
  }

  /// Catches an option that was renamed, or a command that never was.
  @Test("Every jira-sync command can be parsed as it stands")
  func commands() throws {
    let stands = ["ROW": "2002", "ISSUE": "SCRSKY-1001", "COMMAND": "sync"]
    var parsed = 0
    for (page, text) in try Self.snippets() {
      let line = text.hasPrefix(".build/release/") ? String(text.dropFirst(15)) : text
      guard line.hasPrefix("jira-sync "), !line.hasPrefix("jira-sync is "), !line.contains("…")
      else {
        continue
      }
      let command =
        line.split(separator: /[0-9]?>|[|&]/, maxSplits: 1).first.map(String.init) ?? line
      let arguments = Self.words(command).dropFirst().map { stands[$0] ?? $0 }
      // Headings of tables and sentences name commands without what these need.
      if arguments == ["conflicts", "resolve"] || arguments.contains("COMMAND") { continue }
      parsed += 1
      do {
        _ = try JiraSync.parseAsRoot(arguments)
      } catch {
        #expect(JiraSync.exitCode(for: error) == .success, "\(page): \(line): \(error)")
      }
    }
    #expect(parsed > 40)
  }

  /// Catches a function, a view or a column that is called otherwise.
  @Test("Every SQL statement about the schema can be prepared")
  func statements() async throws {
    try await withDatabase { database in
      let connection = try await database.connect()
      var prepared = 0
      let verbs = ["select ", "insert into ", "update ", "delete from "]
      for (page, text) in try Self.snippets() {
        guard verbs.contains(where: text.hasPrefix), !text.contains("…"),
          text.contains("jira_sync") || text.contains("file_audit")
        else { continue }
        var statement = text.components(separatedBy: " -- ")[0].trimmingCharacters(in: .whitespaces)
        if statement.hasSuffix(";") { statement.removeLast() }
        prepared += 1
        do {
          try await connection.script(
            "prepare shown as \(statement); deallocate shown", doing: "preparing \(statement)")
        } catch {
          Issue.record("\(page): \(statement): \(error)")
        }
      }
      await connection.close()
      #expect(prepared > 20)
    }
  }
}
