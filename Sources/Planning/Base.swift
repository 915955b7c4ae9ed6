import JSON
import Jira
import Mapping

/// The values on which row and issue last agreed, field by field: values, not hashes, so that a conflict can show both sides and what was before.
public struct Base: Sendable, Hashable, Codable {
  /// The agreements by the field's name in the mapping.
  public var fields: [String: BaseField]
  /// The fencing tokens of the leases that last noted a write to the issue, oldest first; nil where none did.
  ///
  /// A write of another token is not known to this database: it was made after a backup that the database was restored
  /// from, and what it left counts as JIRA's.
  public private(set) var writers: [Int64]?

  /// How many tokens are kept: as many leases of one job as may be lost in the time that a call takes to arrive.
  static let keptWriters = 8

  /// Makes a base.
  ///
  /// - Parameter fields: the agreements by the field's name in the mapping.
  public init(fields: [String: BaseField] = [:]) { self.fields = fields }

  /// Notes that a lease is about to write.
  ///
  /// - Parameter token: its fencing token.
  package mutating func willBeWritten(by token: Int64) {
    writers = ((writers ?? []).filter { $0 != token } + [token]).suffix(Self.keptWriters)
  }

  /// Whether a lease was about to write and has never told how that ended.
  ///
  /// - Parameter recorded: the token of the last write whose end is known.
  /// - Returns: whether the issue's property may hold another one of ours.
  package func hasUnknownWriter(recorded: Int64?) -> Bool {
    writers?.contains { $0 != recorded } ?? false
  }

  /// The agreements that still mean something under a mapping.
  ///
  /// A field that now stands for another field of JIRA, or whose value goes into other columns, was never in agreement:
  /// what was agreed for the old field must not be taken for a change of the new one, and overwrite what is there.
  ///
  /// - Parameter mapping: the mapping as it is now.
  /// - Returns: the base without the others.
  func valid(under mapping: ResolvedMapping) -> Base {
    var base = self
    for field in mapping.fields {
      guard let known = fields[field.name] else { continue }
      let isOther = known.fieldID.map { $0 != field.fieldID } ?? false
      let isElsewhere =
        field.mapping.direction.pulls && !known.raw.isEmpty && !known.names(field.mapping.columns)
      if isOther || isElsewhere { base.fields[field.name] = nil }
    }
    return base
  }

  /// The base with the fields of JIRA noted that its agreements are about.
  ///
  /// - Parameter mapping: the mapping that the agreements were made under.
  /// - Returns: the base to keep.
  func noting(_ mapping: ResolvedMapping) -> Base {
    var base = self
    for field in mapping.fields {
      // Nearly all say so already, and what is not written needs no copy of the base.
      guard let index = base.fields.index(forKey: field.name),
        base.fields.values[index].fieldID != field.fieldID
      else { continue }
      base.fields.values[index].fieldID = field.fieldID
    }
    return base
  }

  /// Notes a step of a transition before it is made; on a way of several steps, each of them.
  ///
  /// - Parameters:
  ///   - category: the kind of status that the step leads to.
  ///   - field: the composite's name in the mapping.
  public mutating func willMove(to category: IssueStatus.Category, field: String) {
    willSend(StatusState(category).value, field: field)
  }

  /// Notes that a step of a transition was made: from here on, another user moves the issue.
  ///
  /// - Parameters:
  ///   - category: the kind of status that the step led to.
  ///   - field: the composite's name in the mapping.
  package mutating func hasMoved(to category: IssueStatus.Category, field: String) {
    fields[field] = BaseField(
      raw: fields[field]?.raw ?? [:], canonical: StatusState(category).value)
  }

  /// The base where some fields were not written after all: those keep what another base says.
  ///
  /// - Parameters:
  ///   - failed: the fields' names in the mapping.
  ///   - noted: what was noted before.
  /// - Returns: the base to keep.
  package func taking(_ failed: Set<String>, from noted: Base) -> Base {
    var base = self
    for name in failed { base.fields[name] = noted.fields[name] }
    return base
  }

  package mutating func willSend(_ value: FieldValue, field: String) {
    var known = fields[field] ?? BaseField(raw: [:], canonical: .empty)
    known.sent = value
    fields[field] = known
  }

  /// The raw columns of all fields; a column on which two fields differ is left out, so that a trigger takes it for changed.
  public var columns: [String: JSON] {
    var columns: [String: JSON] = [:]
    var differing: Set<String> = []
    for field in fields.values {
      for (column, value) in field.raw {
        if let known = columns[column], known != value { differing.insert(column) }
        columns[column] = value
      }
    }
    return columns.filter { !differing.contains($0.key) }
  }
}
