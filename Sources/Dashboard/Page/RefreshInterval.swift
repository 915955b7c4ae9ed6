/// How often the page loads itself again; people who read slowly, or with a screen reader, can stop it.
enum RefreshInterval: Hashable, Sendable {
  case off
  case seconds(Int)

  /// What is offered.
  static let choices: [RefreshInterval] = [.seconds(5), .seconds(30), .off]

  /// What the query says, five seconds unless it makes sense.
  init(_ parameter: String?) {
    if parameter == "off" {
      self = .off
    } else if let seconds = parameter.flatMap({ Int($0) }), (2...3_600).contains(seconds) {
      self = .seconds(seconds)
    } else {
      self = .seconds(5)
    }
  }

  /// As the query has it.
  var parameter: String {
    switch self {
    case .off: "off"
    case .seconds(let seconds): "\(seconds)"
    }
  }

  /// As people read it.
  var label: String {
    switch self {
    case .off: "off"
    case .seconds(let seconds): "\(seconds) s"
    }
  }
}
