/// What a column holds on its way to JIRA: no text, one, or a list.
package enum ColumnText: Sendable, Hashable {
  case none
  case one(String)
  case list([String])

  /// The texts in it.
  package var texts: [String] {
    switch self {
    case .none: []
    case .one(let text): [text]
    case .list(let texts): texts
    }
  }

  /// The same with every text changed.
  package func map(_ change: (String) -> String) -> ColumnText {
    switch self {
    case .none: .none
    case .one(let text): .one(change(text))
    case .list(let texts): .list(texts.map(change))
    }
  }

  /// One text of them all, none where there is none.
  package func joined(by separator: String) -> ColumnText {
    switch self {
    case .none, .list([]): .none
    case .one: self
    case .list(let texts): .one(texts.joined(separator: separator))
    }
  }
}
