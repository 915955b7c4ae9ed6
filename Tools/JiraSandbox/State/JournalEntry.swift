/// One line of the state file.
struct JournalEntry: Codable, Sendable, Hashable {
  enum Change: Codable, Sendable, Hashable {
    case put(Issue)
    case remove(Int)
    case fields([FieldDefinition])
  }

  var counters: Counters
  var change: Change
}
