import FoundationEssentials
import JSON
import Jira
import JobQueue
import Mapping
import Planning

/// What we leave at an issue so that it is recognised: which row it is for, and which lease wrote what.
struct IssueMarker: Sendable, Hashable {
  /// The key of the entity property.
  static let property = "jira-sync"

  /// The marker of the creation.
  var marker: UUID?
  /// The row.
  var rowKey: RowKey
  /// What people called the row at that time; nil where an earlier version wrote the property.
  var label: String?
  /// The fencing token of the lease that wrote last.
  var token: Int64
  /// Digests of the values that this lease wrote, by field id; the status that it moved the issue to among them.
  var written: [String: String]

  /// The label by which earlier versions found a creation; the next write to the issue removes it.
  static func formerLabel(_ marker: UUID) -> String {
    "jira-sync-\(marker.uuidString.lowercased())"
  }

  init(
    marker: UUID?, rowKey: RowKey, label: String?, token: Int64, writes: [FieldWrite] = [],
    status: IssueStatus.Category? = nil
  ) {
    self.marker = marker
    self.rowKey = rowKey
    self.label = label
    self.token = token
    written = Dictionary(writes.map { ($0.fieldID, Self.digest($0.value)) }) { $1 }
    if let status { written[FieldResolver.statusFieldID] = Self.digest(StatusState(status).value) }
  }

  init?(_ json: JSON?) {
    // An issue that was made before there was more than one table names the row by a number alone.
    guard let json, let token = json["token"]?.integer,
      let row = json["row"]?.string ?? json["row"]?.integer.map(String.init)
    else { return nil }
    marker = json["marker"]?.string.flatMap(UUID.init(uuidString:))
    rowKey = RowKey(table: json["table"]?.string ?? RowKey.standardTable, id: row)
    label = json["label"]?.string
    self.token = Int64(token)
    written = (json["written"]?.object ?? [:]).compactMapValues(\.string)
  }

  var json: JSON {
    var members: [String: JSON] = [
      "table": .string(rowKey.table), "row": .string(rowKey.id),
      "token": .number(Decimal(token)),
      "written": .object(written.mapValues(JSON.string)),
    ]
    if let label { members["label"] = .string(label) }
    if let marker { members["marker"] = .string(marker.uuidString.lowercased()) }
    return .object(members)
  }

  /// A short fingerprint of a value: FNV-1a, 64 bits, of its canonical text.
  ///
  /// It guards against taking our own late write for a person's, not against anybody's malice.
  static func digest(_ value: FieldValue) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in value.plainJSON.data {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
