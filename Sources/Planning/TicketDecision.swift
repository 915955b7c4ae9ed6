import JSON
import Jira
import Mapping

/// What is done for a row without an issue of ours that names tickets: decided here alone, for the preview and for the run.
///
/// What a row's writer wrote names an issue, and gives no right to it: only issues of the configured project, and of the issue
/// type where the mapping names one, are adopted.
package enum TicketDecision: Sendable, Hashable {
  /// A new issue is made; the note says what became of the tickets.
  case create(note: String?)
  /// The row is left alone.
  case skip(note: String)
  /// The row is linked with this issue.
  case adopt(id: String, key: String)
  /// Nothing is done until a person corrects the row or links it.
  case wait(reason: String)

  /// Decides.
  ///
  /// - Parameters:
  ///   - tickets: what the row names, in its order.
  ///   - policy: what the mapping or the job says of such rows.
  ///   - found: the issues that JIRA has, by the key that was asked for.
  ///   - holders: the labels of the rows that have issues, by the issues' ids.
  ///   - scope: the issues that may be adopted.
  /// - Returns: what is done.
  package static func decide(
    _ tickets: [String], policy: ExistingTickets, found: [String: Issue],
    holders: [String: String], scope: AdoptionScope
  ) -> TicketDecision {
    guard !tickets.isEmpty else { return .create(note: nil) }
    let named = tickets.joined(separator: ", ")
    switch policy {
    case .create: return .create(note: "names \(named) already; a new issue is made all the same")
    case .skip: return .skip(note: "names \(named) already")
    case .adopt: break
    }
    var notes: [String] = []
    var obstacles: [String] = []
    for ticket in tickets {
      guard let key = IssueReference.key(in: ticket, site: scope.siteURL) else {
        obstacles.append(
          "'\(ticket)' is neither the key of an issue nor an address of one on this site")
        continue
      }
      guard let issue = found[key] else {
        notes.append("JIRA has no issue \(key)")
        continue
      }
      if let obstacle = obstacle(to: issue, scope) {
        obstacles.append(obstacle)
      } else if let holder = holders[issue.id] {
        notes.append("\(issue.key) belongs to \(holder)")
      } else {
        return .adopt(id: issue.id, key: issue.key)
      }
    }
    guard obstacles.isEmpty else {
      return .wait(
        reason: """
          jira_tickets (JIRA field Key): \(obstacles.joined(separator: "; ")). No issue was made. Correct jira_tickets and sync \
          the row, or link it by hand: jira-sync link ROW ISSUE
          """)
    }
    return .create(note: notes.joined(separator: "; ") + "; a new issue is made")
  }

  /// The keys that a decision needs to know of.
  package static func keys(
    in tickets: [String], policy: ExistingTickets, scope: AdoptionScope
  ) -> [String] {
    guard policy == .adopt else { return [] }
    return tickets.compactMap { IssueReference.key(in: $0, site: scope.siteURL) }
  }

  /// The fields of an issue that a decision needs.
  package static let fields = ["project", "issuetype"]

  private static func obstacle(to issue: Issue, _ scope: AdoptionScope) -> String? {
    let project = issue.fields["project"]
    guard project?["id"]?.string == scope.project.id || issue.projectKey == scope.project.key else {
      return "\(issue.key) is not in the project \(scope.project.key)"
    }
    guard let type = scope.issueType, issue.fields["issuetype"]?["id"]?.string != type.id else {
      return nil
    }
    return "\(issue.key) has another issue type than \(type.name), which issue_type names"
  }
}

/// The issues that a row may adopt.
package struct AdoptionScope: Sendable {
  /// The address of the site, without a slash at its end.
  let siteURL: String
  /// The project that they are in.
  let project: JiraProject
  /// Their issue type; nil where any will do.
  let issueType: JiraProject.IssueType?

  /// Describes the issues.
  package init(siteURL: String, project: JiraProject, issueType: JiraProject.IssueType?) {
    self.siteURL = siteURL
    self.project = project
    self.issueType = issueType
  }
}
