/// How log lines are written.
package enum LogFormat: String, Sendable, Hashable {
  /// A line for people.
  case text
  /// A JSON object a line, for programs.
  case json
}
