import Foundation

/// What the pages show for copying.
enum DocumentedSnippets {
  /// A page, by its path from the checkout.
  static func text(of page: String) throws -> String {
    try String(contentsOf: Program.checkout.appending(path: page), encoding: .utf8)
  }

  /// Lines of blocks, without what is only shown of answers, and what stands in backticks; page by page, in their order.
  static func all() throws -> [(page: String, text: String)] {
    var pages = ["README.md"]
    pages += try FileManager.default.contentsOfDirectory(
      atPath: Program.checkout.appending(path: "docs").path
    )
    .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    var found: [(String, String)] = []
    for page in pages.sorted() {
      for line in try text(of: page).components(separatedBy: "\n") {
        let bare = line.trimmingCharacters(in: .whitespaces)
        found.append((page, bare.hasPrefix("$ ") ? String(bare.dropFirst(2)) : bare))
        // Every second piece stands in backticks.
        for (index, piece) in line.components(separatedBy: "`").enumerated()
        where index % 2 == 1 { found.append((page, piece)) }
      }
    }
    return found
  }

  /// The lines that call `jira-sync`, without the folder that it is built into.
  static func commands() throws -> [DocumentedCommand] {
    try all().compactMap { page, text in
      let line = text.hasPrefix(".build/release/") ? String(text.dropFirst(15)) : text
      guard line.hasPrefix("jira-sync "), !line.hasPrefix("jira-sync is "), !line.contains("…"),
        // Names of commands without what these need, in tables and sentences.
        line != "jira-sync conflicts resolve",
        // Needs a schema without links: UnreleasedSchemaTests runs it.
        !line.hasPrefix("jira-sync migrate --restore-links")
      else { return nil }
      return DocumentedCommand(page: page, line: line)
    }
  }
}
