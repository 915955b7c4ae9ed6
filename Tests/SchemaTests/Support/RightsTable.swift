/// The table of rights in docs/security.md, made of the lines of the catalog.
enum RightsTable {
  private static let roles = ["jira_sync_worker", "service_role"]

  /// The table in Markdown: a row for each relation, and one for the functions.
  static func markdown(_ lines: [String]) -> String {
    var rights: [String: [String: String]] = [:]
    var functions: [String: Set<String>] = [:]
    for line in lines {
      let parts = line.split(separator: ": ", maxSplits: 2).map(String.init)
      guard parts.count == 3, roles.contains(parts[0]) else { continue }
      let words = parts[1].split(separator: " ", maxSplits: 1).map(String.init)
      let name = words[1].replacing("jira_sync.", with: "")
      if words[0] == "function" {
        functions[parts[0], default: []].insert(String(name.prefix { $0 != "(" }))
      } else {
        rights["\(words[0]) `\(name)`", default: [:]][parts[0]] = parts[2]
      }
    }
    var rows = ["| | `\(roles[0])` | `\(roles[1])` |", "| --- | --- | --- |"]
    for name in rights.keys.sorted() {
      rows.append(
        "| \(name) | \(roles.map { rights[name]?[$0] ?? "–" }.joined(separator: " | ")) |")
    }
    let shared = functions[roles[1]] ?? []
    let own = (functions[roles[0]] ?? []).subtracting(shared)
    rows.append("| functions of both | \(list(shared)) | the same |")
    rows.append("| functions of workers | \(list(own)) | – |")
    return rows.joined(separator: "\n")
  }

  private static func list(_ names: Set<String>) -> String {
    names.sorted().map { "`\($0)`" }.joined(separator: ", ")
  }
}
