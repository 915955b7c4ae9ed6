import Foundation

/// A time zone, with JIRA's ways of writing instants.
struct Zone: Sendable {
  let timeZone: TimeZone

  init(timeZone: TimeZone) { self.timeZone = timeZone }

  /// Finds a zone.
  ///
  /// - Parameter name: the IANA name.
  /// - Throws: `SandboxError.unknownTimeZone`.
  init(named name: String) throws(SandboxError) {
    guard let timeZone = TimeZone(identifier: name) else {
      throw SandboxError.unknownTimeZone(name)
    }
    self.timeZone = timeZone
  }

  /// The offset from UTC at an instant, in seconds.
  private func offset(at milliseconds: Int64) -> Int64 {
    let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    return Int64(timeZone.secondsFromGMT(for: date))
  }

  /// Writes an instant as JIRA does: `2026-09-27T10:03:11.123+0200`.
  func text(of milliseconds: Int64) -> String {
    let offset = offset(at: milliseconds)
    let local = CivilTime(millisecondsOfDayLine: milliseconds + offset * 1000)
    let sign = offset < 0 ? "-" : "+"
    let minutes = abs(offset) / 60
    return "\(local.isoText)\(sign)\(twoDigits(minutes / 60))\(twoDigits(minutes % 60))"
  }

  /// Writes an instant for people: `2026-09-27 10:03:11`.
  func readable(_ milliseconds: Int64) -> String {
    let text = local(milliseconds).isoText
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))"
  }

  /// Reads a local time of this zone.
  ///
  /// A time that the clocks skip in spring is read as the hour after it.
  func instant(of local: CivilTime) -> Int64 {
    let line = local.millisecondsOfDayLine
    // The offset depends on the instant that is looked for: two rounds settle it.
    let first = line - offset(at: line) * 1000
    return line - offset(at: first) * 1000
  }

  /// The local time of an instant.
  func local(_ milliseconds: Int64) -> CivilTime {
    CivilTime(millisecondsOfDayLine: milliseconds + offset(at: milliseconds) * 1000)
  }
}

/// A number below 100 with a leading zero where it needs one.
func twoDigits(_ number: some BinaryInteger) -> String {
  number < 10 ? "0\(number)" : "\(number)"
}
