/// What a clause compares with.
indirect enum JQLOperand: Sendable, Hashable {
  /// A text in quotes.
  case quoted(String)
  /// A word or a number without quotes.
  case bare(String)
  /// A function and its arguments, such as `startOfDay("-1d")`.
  case function(String, [String])
  case list([JQLOperand])
  /// `EMPTY` or `NULL`.
  case empty

  /// The operand as messages show it.
  var text: String {
    switch self {
    case .quoted(let text), .bare(let text): text
    case .function(let name, _): "\(name)()"
    case .list(let operands): operands.map(\.text).joined(separator: ", ")
    case .empty: "EMPTY"
    }
  }
}
