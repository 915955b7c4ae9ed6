import JSON
import Jira

/// What both sides of one field last agreed on.
public struct BaseField: Sendable, Hashable, Codable {
  /// The columns as they were in the row: a trigger compares them.
  public var raw: [String: JSON]
  /// The row's value in canonical form.
  public var canonical: FieldValue
  /// The issue's value where the two were agreed to differ, such as a status that the row leaves alone; nil where it is the row's.
  public var issue: FieldValue?
  /// The pending write: a value whose write to the issue was begun and not confirmed.
  ///
  /// An issue that has it was written by us, not by a user.
  public var sent: FieldValue?
  /// The value that JIRA was sent last and did not store; nil where there is none.
  public var unstored: UnstoredValue?
  /// Whether the value was sent with the creation of the issue, and has not been read back yet; nil for no.
  public var isUnconfirmed: Bool?
  /// The JIRA field that it is an agreement with; nil in bases from before this was noted.
  public var fieldID: String?

  /// Describes an agreement.
  ///
  /// - Parameters:
  ///   - raw: the columns as they were in the row.
  ///   - canonical: the row's value in canonical form.
  ///   - issue: the issue's value where it is another.
  public init(raw: [String: JSON], canonical: FieldValue, issue: FieldValue? = nil) {
    self.raw = raw
    self.canonical = canonical
    self.issue = issue == canonical ? nil : issue
  }

  /// Whether the agreement is about these columns and no others.
  ///
  /// - Parameter columns: the names.
  /// - Returns: whether it is.
  func names(_ columns: [String]) -> Bool {
    raw.keys.allSatisfy(columns.contains) && columns.allSatisfy { raw[$0] != nil }
  }

  /// Whether the columns still hold what they held.
  ///
  /// - Parameters:
  ///   - columns: the names of the columns that the value is made from.
  ///   - row: the row.
  /// - Returns: whether they do.
  func isRaw(_ columns: [String], of row: Row) -> Bool {
    names(columns) && columns.allSatisfy { raw[$0] == row[$0] ?? .null }
  }

  /// The issue's value when both sides agreed.
  public var issueValue: FieldValue { issue ?? canonical }

  /// Whether the issue holds the row's text cut, so that its text is no full replacement of the row's.
  var isCut: Bool {
    guard case .text(let row) = canonical, case .text(let issue)? = issue, issue.hasSuffix("…")
    else { return false }
    return row.hasPrefix(issue.dropLast())
  }
}
