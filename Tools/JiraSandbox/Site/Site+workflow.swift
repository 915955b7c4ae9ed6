extension Site {
  static let standardStatuses = [
    Status(id: "10000", name: "To Do", category: .new),
    Status(id: "10001", name: "In Progress", category: .indeterminate),
    Status(id: "10002", name: "Review", category: .indeterminate),
    Status(id: "10003", name: "Blocked", category: .indeterminate),
    Status(id: "10004", name: "Done", category: .done),
  ]

  /// Not every step is allowed: from To Do to Done it takes three.
  static let standardTransitions = [
    Transition(id: "11", name: "Start work", from: "10000", to: "10001"),
    Transition(id: "12", name: "Block", from: "10000", to: "10003"),
    Transition(id: "21", name: "Ask for review", from: "10001", to: "10002"),
    Transition(id: "22", name: "Block", from: "10001", to: "10003"),
    Transition(id: "23", name: "Stop work", from: "10001", to: "10000"),
    Transition(id: "31", name: "Approve", from: "10002", to: "10004", asksForResolution: true),
    Transition(id: "32", name: "Request changes", from: "10002", to: "10001"),
    Transition(id: "41", name: "Unblock", from: "10003", to: "10001"),
    Transition(id: "42", name: "Put back", from: "10003", to: "10000"),
    Transition(id: "51", name: "Reopen", from: "10004", to: "10000", clearsResolution: true),
  ]

  static let standardResolutions = [
    NamedValue(id: "10000", name: "Done", description: "Work has been completed on this issue."),
    NamedValue(id: "10001", name: "Fixed", description: "The problem is gone."),
    NamedValue(id: "10002", name: "Won't Do", description: "This issue won't be actioned."),
    NamedValue(id: "10003", name: "Duplicate", description: "Another issue asks for the same."),
    NamedValue(
      id: "10004", name: "Cannot Reproduce", description: "Nobody could see the problem again."),
  ]

  static let standardPriorities = [
    NamedValue(id: "1", name: "Highest"), NamedValue(id: "2", name: "High"),
    NamedValue(id: "3", name: "Medium"), NamedValue(id: "4", name: "Low"),
    NamedValue(id: "5", name: "Lowest"),
  ]

  static let standardIssueTypes = [
    NamedValue(id: "10001", name: "Task", description: "A small, distinct piece of work."),
    NamedValue(id: "10002", name: "Bug", description: "A problem or error."),
    NamedValue(id: "10003", name: "Story", description: "Something a person wants to do."),
  ]

  static let standardComponents = [
    NamedValue(id: "10000", name: "Backend"), NamedValue(id: "10001", name: "Frontend"),
    NamedValue(id: "10002", name: "Infrastructure"),
  ]

  static let standardVersions = [
    NamedValue(id: "10000", name: "1.0"), NamedValue(id: "10001", name: "1.1"),
    NamedValue(id: "10002", name: "2.0"),
  ]
}
