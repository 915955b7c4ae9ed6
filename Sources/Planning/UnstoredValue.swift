import JSON
import Jira
import Mapping

/// A value that JIRA accepted and did not store, or stored as something else.
///
/// It is kept in the base, so that the next run neither takes JIRA's value for a change nor sends the same again at once.
public struct UnstoredValue: Sendable, Hashable, Codable {
  /// What was sent, in canonical form.
  var sent: FieldValue
  /// What the issue held afterwards; as long as it holds this, nothing happened there.
  package var held: FieldValue
  /// Whether JIRA stored something else, instead of nothing.
  package var isAltered: Bool
  /// What is said of it, where it came with a transition; nil where sent and held say it.
  var message: String?
  /// When it was sent, in seconds since 1970 by the database's clock.
  var at: Double
  /// A digest of the field's mapping: with another mapping it is sent again.
  var mapping: String
  /// A digest of the row's mapped columns: once the row changes it is sent again.
  var row: String

  /// Describes a value that JIRA did not store as it was sent.
  package init(
    sent: FieldValue, held: FieldValue, isAltered: Bool, message: String? = nil, at: Double,
    mapping: String, row: String
  ) {
    self.sent = sent
    self.held = held
    self.isAltered = isAltered
    self.message = message
    self.at = at
    self.mapping = mapping
    self.row = row
  }

  /// After how many seconds the same value is sent again.
  package static let retryAfter: Double = 86_400

  /// Whether the same value is not to be sent again yet.
  ///
  /// - Parameters:
  ///   - now: the time, in seconds since 1970 by the database's clock.
  ///   - mapping: the digest of the field's mapping as it is now.
  ///   - row: the digest of the row as it is now.
  /// - Returns: whether it is not.
  func isWithheld(now: Double, mapping: String, row: String) -> Bool {
    now < at + Self.retryAfter && mapping == self.mapping && row == self.row
  }

  /// What happened and what to do, for people.
  ///
  /// - Parameter field: the field.
  /// - Returns: a text that names the JIRA field.
  package func text(_ field: ResolvedField) -> String {
    let what =
      message
      ?? (isAltered
        ? "JIRA accepted \(Self.shown(sent)) for the field \(field.label) and stored \(Self.shown(held)) instead\(missing)"
        : "JIRA accepted \(Self.shown(sent)) for the field \(field.label) and did not store it: the issue still has "
          + Self.shown(held))
    return what
      + "; the row keeps its value. Let this account set the field in JIRA (its screens, its context, the workflow, apps and "
      + "automations that change it). It is sent again when the row or the mapping changes, once a day, or with "
      + "'jira-sync sync --force'"
  }

  /// The members of a set that are not there.
  private var missing: String {
    let lost = sent.members.subtracting(held.members).sorted()
    guard !lost.isEmpty else { return "" }
    return " (without \(lost.prefix(5).map(VisibleText.quoted).joined(separator: ", ")))"
  }

  private static func shown(_ value: FieldValue) -> String {
    guard value != .empty else { return "no value" }
    let json = value.plainJSON
    return VisibleText.quoted(
      json.string ?? json.array?.compactMap(\.string).joined(separator: ", ") ?? json.text)
  }
}

extension ResolvedField {
  /// A digest of what the mapping says of the field, and of what it is on this site.
  package var digest: String {
    let pairs = mapping.valueMap.pairs.sorted { $0.key < $1.key }
    let parts = [
      fieldID, "\(type)", "\(mapping.columns)", "\(mapping.direction)", "\(mapping.conflict)",
      "\(mapping.apply)", "\(mapping.transforms)", isStatus ? "status" : "\(mapping.source)",
      "\(pairs)",
      mapping.valueMap.otherwise ?? "",
    ]
    return Digest.of(parts.joined(separator: "\u{0}"))
  }
}

extension ResolvedMapping {
  /// A digest of the columns of a row that are pushed.
  package func digest(of row: Row) -> String {
    Digest.of(watchedColumns.map { "\($0)=\((row[$0] ?? .null).text)" }.joined(separator: "\u{0}"))
  }
}

/// A short digest of a text that is the same in every process, unlike `hashValue`.
enum Digest {
  /// FNV-1a, 64 bits.
  ///
  /// It tells values apart that were not made to collide, and is no protection against malice.
  static func of(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash &*= 0x0000_0100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
