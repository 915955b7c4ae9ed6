import Foundation

/// A line that a page shows for copying, as the shell of a test runs it.
struct DocumentedCommand: Sendable {
  let page: String
  let line: String

  /// What a page means by a word, in the test's world.
  private static let stands = ["ROW": "0042", "ISSUE": "$FREE_ISSUE", "COMMAND": "sync"]

  /// What goes on until it is interrupted, and a text that it shows when it is at work.
  private static let lasting = [
    "jira-sync worker": "syncing with project", "jira-sync status --watch": "workers",
  ]

  /// Without the comment, with the world's own names, and a folder of its own for files outside of it.
  private var command: String {
    var line = line
    if let comment = line.firstRange(of: /\s+#\s.*$/) { line.removeSubrange(comment) }
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    return words.map { Self.stands[$0] ?? $0 }.joined(separator: " ")
      .replacing(" /etc/bash_completion.d/", with: " ./")
      .replacing("--http-port 8090", with: "--http-port 0")
  }

  /// Leaves the exit code in `status`.
  var script: String {
    if let (_, text) = Self.lasting.first(where: { command.hasPrefix($0.key) }) {
      return """
        \(command) >out 2>&1 & pid=$!
        until grep -q '\(text)' out || ! kill -0 $pid 2>/dev/null; do sleep 0.05; done
        kill -INT $pid; wait $pid; status=$?
        """
    }
    // What is linked by hand has no issue before.
    let unlinked =
      line.hasPrefix("jira-sync link ") ? "jira-sync unlink 0042 >/dev/null 2>&1; " : ""
    // Writes settings where there are none.
    let place = command.hasSuffix("jira-sync init") ? "mkdir -p fresh && cd fresh && " : ""
    // A channel for this one alone, since a worker would tell it of everything.
    let channel = command.contains("notify test") ? "export SLACK_WEBHOOK_URL=$RECEIVER; " : ""
    return "(\(unlinked)\(channel)\(place)\(command)) >out 2>&1 </dev/null; status=$?"
  }
}
