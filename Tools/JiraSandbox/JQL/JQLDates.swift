/// What dates in a query mean: the unquoted number is absolute, all else is read in the caller's zone, to the minute.
struct JQLDates: Sendable {
  let zone: Zone
  /// Milliseconds since 1970.
  let now: Int64

  private static let unit: [Character: Int64] = [
    "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
  ]

  /// The instant of an operand, in milliseconds since 1970; nil where it is no date.
  func instant(_ operand: JQLOperand) -> Int64? {
    switch operand {
    case .bare(let text):
      // Digits alone are milliseconds since 1970: the one form that depends on no zone.
      Int64(text).flatMap { text.hasPrefix("-") ? nil : $0 } ?? period(text) ?? literal(text)
    case .quoted(let text): period(text) ?? literal(text)
    case .function(let name, let arguments): function(name.lowercased(), arguments)
    case .list, .empty: nil
    }
  }

  /// Reads `yyyy-MM-dd HH:mm`, `yyyy/MM/dd HH:mm` and both without a time.
  private func literal(_ text: String) -> Int64? {
    let halves = text.split(separator: " ", omittingEmptySubsequences: false)
    guard halves.count <= 2 else { return nil }
    let separator: Character = halves[0].contains("/") ? "/" : "-"
    let day = halves[0].split(separator: separator, omittingEmptySubsequences: false)
    guard day.count == 3, day[0].count == 4, let year = number(day[0]),
      let month = number(day[1]), let dayOfMonth = number(day[2])
    else { return nil }
    var (hour, minute) = (0, 0)
    if halves.count == 2 {
      let time = halves[1].split(separator: ":", omittingEmptySubsequences: false)
      guard time.count == 2, let hours = number(time[0]), let minutes = number(time[1]) else {
        return nil
      }
      (hour, minute) = (hours, minutes)
    }
    return CivilTime(year: year, month: month, day: dayOfMonth, hour: hour, minute: minute)
      .map(zone.instant)
  }

  /// Reads `-5d` and `4w 2d`: so long from now.
  private func period(_ text: String) -> Int64? {
    var text = text.trimmingBlanks[...]
    let isPast = text.hasPrefix("-")
    if isPast || text.hasPrefix("+") { text = text.dropFirst() }
    let parts = text.split(separator: " ")
    guard !parts.isEmpty else { return nil }
    var total: Int64 = 0
    for part in parts {
      guard let last = part.last, let unit = JQLDates.unit[last],
        let count = number(part.dropLast()), count < 1_000_000
      else { return nil }
      total += Int64(count) * unit
    }
    return now + (isPast ? -total : total)
  }

  private func function(_ name: String, _ arguments: [String]) -> Int64? {
    let shift: Int64
    if let argument = arguments.first {
      guard let shifted = period(argument) else { return nil }
      shift = shifted - now
    } else {
      shift = 0
    }
    if name == "now" { return now + shift }
    let today = zone.local(now).startOfDay
    let weekday = (today.dayNumber + 4) % 7
    func day(_ number: Int) -> Int64 {
      zone.instant(of: CivilTime(millisecondsOfDayLine: Int64(number) * 86_400_000))
    }
    let nextMonth =
      today.month == 12
      ? CivilTime(year: today.year + 1, month: 1, day: 1)
      : CivilTime(year: today.year, month: today.month + 1, day: 1)
    let start: Int64? =
      switch name {
      case "startofday": day(today.dayNumber)
      case "endofday": day(today.dayNumber + 1) - 1
      case "startofweek": day(today.dayNumber - weekday)
      case "endofweek": day(today.dayNumber - weekday + 7) - 1
      case "startofmonth": day(today.dayNumber - today.day + 1)
      case "endofmonth": nextMonth.map { zone.instant(of: $0) - 1 }
      case "startofyear":
        CivilTime(year: today.year, month: 1, day: 1).map(zone.instant)
      case "endofyear":
        CivilTime(year: today.year + 1, month: 1, day: 1).map { zone.instant(of: $0) - 1 }
      default: nil
      }
    return start.map { $0 + shift }
  }

  private func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }
}
