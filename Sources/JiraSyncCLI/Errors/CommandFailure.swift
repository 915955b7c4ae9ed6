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

/// What the process tells its caller by ending; 64, 69 and 78 are those of `sysexits.h`.
enum ExitStatus: Int32, Sendable {
  case done = 0
  /// Something failed, an unknown row for example.
  case failed = 1
  /// The command line is wrong.
  case usage = 64
  /// The database or JIRA cannot be reached, or does not let us in.
  case unavailable = 69
  /// The configuration is wrong.
  case configuration = 78
}
