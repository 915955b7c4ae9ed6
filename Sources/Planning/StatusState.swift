import JSON
import Jira
import Mapping

/// The canonical values of the composite of debt, audit and the issue's status.
package enum StatusState: String, Sendable, Hashable, CaseIterable {
  /// Debt, and work has not begun: the issue is of category "new".
  case toDo = "to_do"
  /// Debt in work: the issue is of category "indeterminate".
  case inProgress = "in_progress"
  /// No debt any more: the issue is done, and something was fixed.
  case done
  /// Audited, and the debt stays: the issue is done and nothing was fixed, or its status does not matter.
  case kept

  init?(_ value: FieldValue) {
    guard case .option(let text) = value else { return nil }
    self.init(rawValue: text)
  }

  /// The state of an open issue of a category, or of one that is done with something fixed.
  package init(_ category: IssueStatus.Category) {
    self =
      switch category {
      case .new: .toDo
      case .indeterminate: .inProgress
      case .done: .done
      }
  }

  /// The state as a canonical value.
  package var value: FieldValue { .option(rawValue) }

  /// What the row says.
  init(row: Row, field: ResolvedField, rules: StatusRules) throws(FieldProblem) {
    guard row[rules.debtColumn]?.bool == true else {
      self = .done
      return
    }
    switch row[rules.auditColumn]?.string {
    // A row without an audit status is one whose audit has not begun.
    case nil, rules.notStarted: self = .toDo
    case rules.inProgress: self = .inProgress
    case rules.completed: self = .kept
    case .some(let text):
      throw field.problem(
        "'\(text.prefix(40))' in \(rules.auditColumn) stands for no status of the issue; write "
          + [rules.notStarted, rules.inProgress, rules.completed].joined(separator: ", ")
          + ", or change the rules of \(field.name) in the mapping")
    }
  }

  /// What the issue says; nil where it says nothing that can be understood.
  init?(issue: [String: JSON], rules: StatusRules, resolutions: NameList) {
    guard let category = issue["status"]?["statusCategory"]?["key"]?.string else { return nil }
    switch category {
    case "done":
      switch ResolutionMeaning(issue["resolution"], rules: rules, names: resolutions) {
      case .fixed: self = .done
      case .notFixed: self = .kept
      case .unrecognised: return nil
      }
    case "new": self = .toDo
    default: self = .inProgress
    }
  }

  /// What the row's two columns become for the state.
  func columns(_ rules: StatusRules) -> [(column: String, value: JSON)] {
    let audit =
      switch self {
      case .toDo: rules.notStarted
      case .inProgress: rules.inProgress
      case .done, .kept: rules.completed
      }
    return [(rules.debtColumn, .bool(self != .done)), (rules.auditColumn, .string(audit))]
  }

  /// The status that the row asks for, nil where it leaves the status alone.
  func target(_ rules: StatusRules) -> StatusTarget? {
    switch self {
    case .toDo: StatusTarget(category: .new, preferredName: rules.toDoStatus)
    case .inProgress:
      StatusTarget(category: .indeterminate, preferredName: rules.inProgressStatus)
    case .done: StatusTarget(category: .done, preferredName: rules.doneStatus)
    case .kept: nil
    }
  }

  /// Whether a row of this state asks for no transition of an issue of the other.
  func isSatisfied(by issue: StatusState) -> Bool {
    self == issue || self == .kept || (self == .done && issue == .kept)
  }

  /// Whether a row of this state and an issue of the other may stand side by side where both changed: an audited file may
  /// keep its debt while the issue is open.
  func isCompatible(with issue: StatusState) -> Bool {
    self == issue || (self == .kept && issue != .done)
  }
}
