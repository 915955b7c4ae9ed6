/// The three kinds of status that every workflow has.
enum StatusCategory: String, Sendable {
  case new
  case indeterminate
  case done

  var id: Int {
    switch self {
    case .new: 2
    case .indeterminate: 4
    case .done: 3
    }
  }

  var name: String {
    switch self {
    case .new: "To Do"
    case .indeterminate: "In Progress"
    case .done: "Done"
    }
  }

  var colour: String {
    switch self {
    case .new: "blue-gray"
    case .indeterminate: "yellow"
    case .done: "green"
    }
  }
}
