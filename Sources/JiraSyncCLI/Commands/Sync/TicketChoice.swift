import ArgumentParser
import Mapping

/// What to do with rows that name tickets already, as a flag.
enum TicketChoice: String, EnumerableFlag, CaseIterable {
  case create, adopt, skip

  static func help(for value: TicketChoice) -> ArgumentHelp? {
    switch value {
    case .create: "Make new issues for rows that name tickets already."
    case .adopt: "Take the first ticket that exists and belongs to no other row."
    case .skip: "Leave rows that name tickets already alone."
    }
  }

  /// The choice as the mapping has it.
  var policy: ExistingTickets {
    switch self {
    case .create: .create
    case .adopt: .adopt
    case .skip: .skip
    }
  }
}
