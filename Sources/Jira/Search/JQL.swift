/// A query in JIRA's language, made only from parts that cannot be taken for more than they are.
///
/// Texts get in through `quote` alone, instants and ids as whole numbers alone; there is no way to put in a piece of JQL as text.
public struct JQL: Sendable, Hashable, CustomStringConvertible {
  /// What an issue must meet.
  private let condition: String
  /// Empty, or ` ORDER BY …`.
  private let order: String

  private init(_ condition: String, order: String = "") {
    self.condition = condition
    self.order = order
  }

  /// The query.
  public var text: String { condition + order }

  /// A text for people.
  public var description: String { text }

  /// Puts a text into quotes so that it means itself.
  ///
  /// - Parameter value: any text without control characters.
  /// - Returns: the text in quotes, with quotes and backslashes escaped.
  /// - Throws: `JQLError.controlCharacter`.
  public static func quote(_ value: String) throws(JQLError) -> String {
    var quoted = "\""
    for scalar in value.unicodeScalars {
      guard !CanonicalText.isRemoved(scalar), scalar != "\n", scalar != "\t" else {
        throw JQLError.controlCharacter
      }
      if scalar == "\"" || scalar == "\\" { quoted.append("\\") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A field compared with a text.
  ///
  /// - Parameters:
  ///   - field: the field.
  ///   - comparison: how.
  ///   - value: the text.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func compare(
    _ field: JQLField, _ comparison: JQLComparison, _ value: String
  ) throws(JQLError) -> JQL {
    JQL("\(try field.clause()) \(comparison.rawValue) \(try quote(value))")
  }

  /// A date-time field compared with an absolute instant.
  ///
  /// An unquoted number is read as milliseconds since 1970 and so has no zone, unlike every quoted time. Atlassian does not
  /// document it; other integrations rely on it.
  ///
  /// - Parameters:
  ///   - field: the field.
  ///   - comparison: how.
  ///   - milliseconds: since 1970-01-01T00:00:00Z.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func instant(
    _ field: JQLField, _ comparison: JQLComparison, _ milliseconds: Int64
  ) throws(JQLError) -> JQL {
    JQL("\(try field.clause()) \(comparison.rawValue) \(milliseconds)")
  }

  /// A date-time field compared with a time that lies so many minutes back by JIRA's own clock.
  ///
  /// It depends on no zone, and not on how far the clocks of JIRA and of the caller differ.
  ///
  /// - Parameters:
  ///   - field: the field.
  ///   - comparison: how.
  ///   - minutes: how many minutes ago, 0 or more.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name holds a control character.
  public static func minutesAgo(
    _ field: JQLField, _ comparison: JQLComparison, _ minutes: Int
  ) throws(JQLError) -> JQL {
    JQL("\(try field.clause()) \(comparison.rawValue) \"-\(max(0, minutes))m\"")
  }

  /// Issues that the calling account made.
  public static let createdByCaller = JQL("creator = currentUser()")

  /// A field that has one of some texts.
  ///
  /// - Parameters:
  ///   - field: the field.
  ///   - values: the texts, at least one.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where there are no values, or one holds a control character.
  public static func any(_ field: JQLField, of values: [String]) throws(JQLError) -> JQL {
    guard !values.isEmpty else { throw JQLError.emptyList }
    var quoted: [String] = []
    for value in values { quoted.append(try quote(value)) }
    return JQL("\(try field.clause()) in (\(quoted.joined(separator: ", ")))")
  }

  /// A field without a value.
  ///
  /// - Parameter field: the field.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func isEmpty(_ field: JQLField) throws(JQLError) -> JQL {
    JQL("\(try field.clause()) is EMPTY")
  }

  /// Issues by id.
  ///
  /// - Parameter ids: the ids, at least one, each a whole number.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where there are no ids, or one is not a number.
  public static func ids(_ ids: [String]) throws(JQLError) -> JQL {
    guard !ids.isEmpty else { throw JQLError.emptyList }
    var numbers: [String] = []
    for id in ids {
      guard let number = Int64(id), number >= 0 else { throw JQLError.notAnID }
      numbers.append(String(number))
    }
    return JQL("id in (\(numbers.joined(separator: ", ")))")
  }

  /// Issues of a project.
  ///
  /// - Parameter key: the project's key.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func project(_ key: String) throws(JQLError) -> JQL {
    try compare(.project, .equal, key)
  }

  /// Issues with a label.
  ///
  /// - Parameter label: the label.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func label(_ label: String) throws(JQLError) -> JQL {
    try compare(.labels, .equal, label)
  }

  /// Issues of a project that were changed at or after an instant.
  ///
  /// - Parameters:
  ///   - milliseconds: since 1970-01-01T00:00:00Z.
  ///   - project: the project's key.
  /// - Returns: the condition.
  /// - Throws: `JQLError` where a name or a value holds a control character.
  public static func updated(
    since milliseconds: Int64, project: String
  ) throws(JQLError) -> JQL {
    try .project(project).and(.instant(.updated, .greaterOrEqual, milliseconds))
  }

  /// Issues that meet this and another condition; an order of either is dropped.
  ///
  /// - Parameter other: the other condition.
  /// - Returns: the condition.
  public func and(_ other: JQL) -> JQL { JQL("(\(condition)) AND (\(other.condition))") }

  /// Issues that meet this or another condition; an order of either is dropped.
  ///
  /// - Parameter other: the other condition.
  /// - Returns: the condition.
  public func or(_ other: JQL) -> JQL { JQL("(\(condition)) OR (\(other.condition))") }

  /// Issues that do not meet this condition.
  public func negated() -> JQL { JQL("NOT (\(condition))") }

  /// The query with an order, in place of one it has.
  ///
  /// - Parameter keys: the fields to sort by, each ascending or descending, at least one.
  /// - Returns: the query.
  /// - Throws: `JQLError` where there is no field, or its name holds a control character.
  public func ordered(by keys: [(field: JQLField, ascending: Bool)]) throws(JQLError) -> JQL {
    guard !keys.isEmpty else { throw JQLError.emptyList }
    var parts: [String] = []
    for key in keys { parts.append(try key.field.clause() + (key.ascending ? " ASC" : " DESC")) }
    return JQL(condition, order: " ORDER BY " + parts.joined(separator: ", "))
  }
}

/// How JQL compares a field with a value.
public enum JQLComparison: String, Sendable, Hashable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  /// The words of the value occur in the field.
  case contains = "~"
}
