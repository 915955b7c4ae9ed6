import FoundationEssentials
import JSON
import Logging

/// One thing that is logged, and how it looks.
///
/// Whatever a value holds, it stays on its line: nothing that comes from outside can forge another one.
struct LogLine {
  var time: Date
  var level: Logger.Level
  var logger: String
  var message: String
  var metadata: Logger.Metadata

  /// For people: time in UTC, level, message, `key=value`.
  ///
  /// - Parameter isColored: whether the level has a colour.
  /// - Returns: the line without its end.
  func text(isColored: Bool) -> String {
    let name = level.rawValue.uppercased()
    let padded = name + String(repeating: " ", count: max(0, 7 - name.count))
    let shown = isColored ? "\u{1B}[\(level.color)m\(padded)\u{1B}[0m" : padded
    var line = "\(timestamp) \(shown) \(Self.escaped(message))"
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      line += " \(Self.escaped(key))=\(Self.quotedIfNeeded(value.shown))"
    }
    return line
  }

  /// For programs: one object with `ts`, `level`, `logger`, `msg` and `metadata`.
  var json: String {
    let object: JSON = [
      "ts": .string(timestamp), "level": .string(level.rawValue), "logger": .string(logger),
      "msg": .string(message), "metadata": .object(metadata.mapValues(\.json)),
    ]
    return object.printable
  }

  private var timestamp: String {
    time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  private static func quotedIfNeeded(_ value: String) -> String {
    let isPlain = !value.isEmpty && value.allSatisfy { $0 != "\"" && $0 != "=" && $0 != " " }
    if isPlain { return escaped(value) }
    return "\""
      + escaped(
        value.split(separator: "\"", omittingEmptySubsequences: false)
          .joined(separator: "\\\"")) + "\""
  }

  /// What must not be shown as it is, made visible: line ends would forge lines, escapes would colour a terminal.
  private static func escaped(_ text: String) -> String {
    text.printable { scalar in
      switch scalar {
      case "\n": "\\n"
      case "\r": "\\r"
      case "\t": "\\t"
      default: "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
  }
}

extension Logger.Level {
  /// The terminal's colour, see ECMA-48, "select graphic rendition".
  fileprivate var color: String {
    switch self {
    case .trace, .debug: "2"
    case .info: "32"
    case .notice: "36"
    case .warning: "33"
    case .error: "31"
    case .critical: "1;31"
    }
  }
}

extension Logger.MetadataValue {
  fileprivate var json: JSON {
    switch self {
    case .string(let text): .string(text)
    case .stringConvertible(let value): .string(value.description)
    case .array(let values): .array(values.map(\.json))
    case .dictionary(let values): .object(values.mapValues(\.json))
    }
  }

  /// A text as it is, anything else as JSON.
  fileprivate var shown: String { json.string ?? json.text }
}
