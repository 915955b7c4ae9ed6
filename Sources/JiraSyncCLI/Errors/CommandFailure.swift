/// What a command ends with where no library's error says it already.
struct CommandFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// How the process ends.
  var status: ExitStatus
  /// What was being done, to what, what came back, what to do next.
  var description: String

  init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}
