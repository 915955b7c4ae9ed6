import FoundationEssentials
import JSON
import SyncConfiguration

/// When the fields of a row changed sides: what the breaker goes by.
///
/// A field changes sides when we write one side after we wrote the other, and when we overwrite what the written side had
/// been changed to: two programs that do not agree do one or the other without end, people who edit do not.
struct SideChanges: Sendable, Hashable {
  /// What was written of one field.
  struct Field: Sendable, Hashable {
    var side: Change.Side
    /// When it was last written, in seconds since 1970.
    var last: Double
    /// When it changed sides, oldest first.
    var changes: [Double]
  }

  /// A write of a field.
  struct Write: Sendable, Hashable {
    var field: String
    var side: Change.Side
    /// Whether it overwrote a change of the side that was written.
    var isContested: Bool
  }

  private(set) var fields: [String: Field] = [:]

  init() {}

  /// Reads what a link keeps.
  init(_ json: JSON?) {
    for (name, entry) in json?.object ?? [:] {
      guard let side = entry["side"]?.string.flatMap(Change.Side.init),
        let last = entry["last"]?.number
      else { continue }
      let changes = (entry["changes"]?.array ?? []).compactMap(\.number)
      fields[name] = Field(side: side, last: Self.double(last), changes: changes.map(Self.double))
    }
  }

  /// What a link keeps; nil where nothing was written lately.
  var json: JSON? {
    guard !fields.isEmpty else { return nil }
    return .object(
      fields.mapValues { field in
        [
          "side": .string(field.side.rawValue), "last": Self.number(field.last),
          "changes": .array(field.changes.map(Self.number)),
        ]
      })
  }

  /// Takes note of writes.
  ///
  /// - Parameters:
  ///   - writes: what is written in one run.
  ///   - now: seconds since 1970.
  ///   - limits: when a field is left alone.
  /// - Returns: the fields that changed sides too often, with how often; they begin anew.
  mutating func record(_ writes: [Write], now: Double, limits: OscillationLimits) -> [String: Int] {
    let horizon = now - limits.within.inSeconds
    fields = fields.filter { $0.value.last > horizon }
    var oscillating: [String: Int] = [:]
    for write in writes {
      var field = fields[write.field] ?? Field(side: write.side, last: now, changes: [])
      field.changes.removeAll { $0 <= horizon }
      if write.isContested || field.side != write.side { field.changes.append(now) }
      field.side = write.side
      field.last = now
      if field.changes.count > limits.changes {
        oscillating[write.field] = field.changes.count
        fields[write.field] = nil
      } else {
        fields[write.field] = field
      }
    }
    return oscillating
  }

  private static func double(_ number: Decimal) -> Double { Double("\(number)") ?? 0 }

  /// To the millisecond.
  private static func number(_ seconds: Double) -> JSON {
    .number(Decimal(Int64(seconds * 1000)) / 1000)
  }
}
