/// Why something cannot be put into JQL.
public enum JQLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A value with a control character, which no JIRA value has.
  case controlCharacter
  /// An issue id that is not a number.
  case notAnID
  /// A list without elements: `in ()` is no JQL.
  case emptyList

  /// A text for people.
  public var description: String {
    switch self {
    case .controlCharacter: "a value for JQL holds a control character; remove it"
    case .notAnID: "an issue id for JQL is not a number"
    case .emptyList: "a list for JQL is empty"
    }
  }
}
