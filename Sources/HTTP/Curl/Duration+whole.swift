extension Duration {
  /// Whole milliseconds, rounded up, so that a limit is never shorter than was asked for.
  var wholeMilliseconds: Int { whole(perSecond: 1000) }

  /// Whole seconds, rounded up.
  var wholeSeconds: Int { whole(perSecond: 1) }

  private func whole(perSecond units: Int64) -> Int {
    let (seconds, attoseconds) = components
    let unit = 1_000_000_000_000_000_000 / units
    let part = (attoseconds + (attoseconds > 0 ? unit - 1 : 0)) / unit
    let (product, overflow) = seconds.multipliedReportingOverflow(by: units)
    guard !overflow else { return seconds > 0 ? .max : .min }
    return Int(product + part)
  }
}
