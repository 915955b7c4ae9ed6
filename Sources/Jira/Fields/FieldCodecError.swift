/// Why a value cannot be written to a field.
///
/// It names kinds, never values.
public enum FieldCodecError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The field takes another kind of value.
  case mismatch(value: String, type: FieldType)
  /// No edit can write the field.
  case notWritable(FieldType)
  /// The value is of the right kind and yet none that JIRA takes; says why.
  case malformed(type: FieldType, reason: String)

  /// A text for people.
  public var description: String {
    switch self {
    case .mismatch(let value, let type): "\(value) cannot be written to a \(type) field"
    case .notWritable(.status): "a status is reached by a transition and cannot be written"
    case .notWritable(let type): "a field of this kind (\(type)) cannot be written"
    case .malformed(let type, let reason): "not a value for a \(type) field: \(reason)"
    }
  }
}

extension FieldValue {
  /// What kind of value it is, for people.
  var kindName: String {
    switch self {
    case .empty: "no value"
    case .text: "text"
    case .number: "a number"
    case .boolean: "true or false"
    case .date: "a date"
    case .instant: "an instant"
    case .option: "an option"
    case .set: "a set"
    case .cascade: "a cascading option"
    case .user: "a user"
    }
  }
}
