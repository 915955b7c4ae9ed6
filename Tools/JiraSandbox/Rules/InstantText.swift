/// Reads the days and instants that clients send.
enum InstantText {
  /// Reads `2026-09-27`, strictly.
  static func day(_ text: String) -> CivilTime? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, let year = number(parts[0], digits: 4),
      let month = number(parts[1], digits: 2), let day = number(parts[2], digits: 2)
    else { return nil }
    return CivilTime(year: year, month: month, day: day)
  }

  /// Reads `2026-09-27T10:03:11.123+0200`; the fraction may be missing, and the offset may be `Z` or have a colon.
  ///
  /// - Returns: milliseconds since 1970 in UTC.
  static func instant(_ text: String) -> Int64? {
    let halves = text.split(separator: "T", omittingEmptySubsequences: false)
    guard halves.count == 2, let day = day(String(halves[0])),
      let zone = halves[1].firstIndex(where: { "Z+-".contains($0) }),
      let offset = offset(halves[1][zone...]),
      let local = time(halves[1][..<zone], on: day)
    else { return nil }
    return local.millisecondsOfDayLine - offset * 60_000
  }

  private static func time(_ text: Substring, on day: CivilTime) -> CivilTime? {
    let whole = text.split(separator: ".", omittingEmptySubsequences: false)
    let parts = whole[0].split(separator: ":", omittingEmptySubsequences: false)
    guard whole.count <= 2, parts.count == 3, let hour = number(parts[0], digits: 2),
      let minute = number(parts[1], digits: 2), let second = number(parts[2], digits: 2)
    else { return nil }
    var millisecond = 0
    if whole.count == 2 {
      let fraction = whole[1]
      guard (1...9).contains(fraction.count), fraction.utf8.allSatisfy({ (48...57).contains($0) }),
        let value = Int(
          String(fraction.prefix(3)) + String(repeating: "0", count: max(0, 3 - fraction.count)))
      else { return nil }
      millisecond = value
    }
    return CivilTime(
      year: day.year, month: day.month, day: day.day, hour: hour, minute: minute, second: second,
      millisecond: millisecond)
  }

  /// Minutes east of UTC.
  private static func offset(_ text: Substring) -> Int64? {
    if text == "Z" { return 0 }
    let digits = text.dropFirst().filter { $0 != ":" }
    guard text.first == "+" || text.first == "-", digits.count == 4,
      let hours = number(digits.prefix(2), digits: 2), hours < 24,
      let minutes = number(digits.suffix(2), digits: 2), minutes < 60
    else { return nil }
    return Int64(hours * 60 + minutes) * (text.first == "-" ? -1 : 1)
  }

  private static func number(_ text: some StringProtocol, digits: Int) -> Int? {
    guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(text)
  }
}
