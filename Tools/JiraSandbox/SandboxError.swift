/// Why a sandbox cannot start or keep its state.
public enum SandboxError: Error, Sendable, Hashable {
  /// A time zone that is no IANA name.
  case unknownTimeZone(String)
  /// The state file cannot be opened, read or written; with the path and the system's words.
  case stateFile(path: String, doing: String, reason: String)
  /// A line of the state file is not what this version writes.
  case unreadableState(path: String, line: Int, reason: String)
  /// The file for the record of requests cannot be opened; with the path and the system's words.
  case recordFile(path: String, reason: String)
  /// The server ended before it listened.
  case notListening(String)
}

extension SandboxError: CustomStringConvertible {
  /// What went wrong, with what, and what to do.
  public var description: String {
    switch self {
    case .unknownTimeZone(let name):
      "unknown time zone \(name): use an IANA name such as Europe/Berlin"
    case .stateFile(let path, let doing, let reason):
      "\(doing) state file \(path): \(reason)"
    case .unreadableState(let path, let line, let reason):
      "state file \(path), line \(line) cannot be read: \(reason); move the file away to start anew"
    case .recordFile(let path, let reason):
      "opening the record of requests \(path): \(reason)"
    case .notListening(let reason):
      "the sandbox does not listen: \(reason)"
    }
  }
}
