import ArgumentParser

/// Whose value stays, as a flag.
enum ConflictChoice: String, EnumerableFlag {
  case row, jira

  static func help(for value: ConflictChoice) -> ArgumentHelp? {
    switch value {
    case .row: "The row's value goes to JIRA."
    case .jira: "JIRA's value goes to the row."
    }
  }
}
