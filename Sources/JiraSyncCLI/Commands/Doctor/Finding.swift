import JSON

/// What one check of `doctor` found.
struct Finding: Sendable, Hashable {
  /// How it is.
  enum Level: String, Sendable, Hashable {
    case ok
    /// Something optional is absent, or will bite some day.
    case warning
    /// It does not work, or not as it should.
    case failure
  }

  /// What was looked at: configuration, database, jira, notifications.
  var area: String
  /// What was checked, in a word or two.
  var name: String
  var level: Level
  /// What was found.
  var text: String
  /// What to do; nil where all is well.
  var remedy: String?

  /// As programs read it.
  var json: JSON {
    [
      "area": .string(area), "check": .string(name), "level": .string(level.rawValue),
      "text": .string(text), "remedy": .optional(remedy),
    ]
  }

  /// A line, and the remedy below it.
  func text(for terminal: Terminal) -> String {
    let (mark, color): (String, Terminal.Color) =
      switch level {
      case .ok: ("ok", .green)
      case .warning: ("warning", .yellow)
      case .failure: ("FAILURE", .red)
      }
    var line =
      terminal.paint(mark.padded(to: 8), color) + "\(area) \(name)".padded(to: 26) + " "
      + text.onOneLine
    if let remedy {
      line += "\n" + "".padded(to: 8) + terminal.paint("→ \(remedy.onOneLine)", color)
    }
    return line
  }
}
