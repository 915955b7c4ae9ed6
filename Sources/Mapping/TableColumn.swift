/// A column of `file_audit` as far as a mapping must know it.
public struct TableColumn: Sendable, Hashable {
  /// What a column holds.
  public enum Kind: Sendable, Hashable {
    /// Text, of at most so many characters where there is a limit.
    case text(limit: Int?)
    case integer
    case decimal
    case boolean
    case date
    /// A list of texts.
    case textArray
    /// A time; without a zone it is UTC.
    case timestamp
    /// Any JSON; only what is no object can go to JIRA, and nothing comes back.
    case json
  }

  /// The column's name.
  public var name: String
  /// What it holds.
  public var kind: Kind
  /// Whether it may be null.
  public var nullable: Bool
  /// Whether the database computes it, so that it cannot be written.
  public var isGenerated: Bool

  /// Describes a column.
  ///
  /// - Parameters:
  ///   - name: the column's name.
  ///   - kind: what it holds.
  ///   - nullable: whether it may be null.
  ///   - isGenerated: whether the database computes it.
  public init(name: String, kind: Kind, nullable: Bool = true, isGenerated: Bool = false) {
    self.name = name
    self.kind = kind
    self.nullable = nullable
    self.isGenerated = isGenerated
  }

  /// The columns that `file_audit` has when it is created by our migration.
  public static let fileAudit: [TableColumn] = [
    TableColumn(name: "id", kind: .integer, nullable: false),
    TableColumn(name: "file_number", kind: .text(limit: 4), nullable: false),
    TableColumn(name: "file_path", kind: .text(limit: 255), nullable: false),
    TableColumn(name: "file_name", kind: .text(limit: 100), nullable: false),
    TableColumn(name: "layer_number", kind: .integer, nullable: false),
    TableColumn(name: "layer_name", kind: .text(limit: 50), nullable: false),
    TableColumn(name: "status", kind: .text(limit: 20), nullable: false),
    TableColumn(name: "workflows", kind: .textArray, nullable: false),
    TableColumn(name: "has_technical_debt", kind: .boolean),
    TableColumn(name: "technical_debt", kind: .text(limit: nil)),
    TableColumn(name: "jira_tickets", kind: .textArray),
    TableColumn(name: "audit_status", kind: .text(limit: 20)),
    TableColumn(name: "audit_date", kind: .timestamp),
    TableColumn(name: "audited_by", kind: .text(limit: 100)),
    TableColumn(name: "notes", kind: .text(limit: nil)),
    TableColumn(name: "created_at", kind: .timestamp),
    TableColumn(name: "updated_at", kind: .timestamp),
  ]
}
