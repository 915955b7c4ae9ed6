/// Follows a search by time, and says how far the watermark may move.
struct WatermarkWatch: Sendable, Hashable {
  /// Whether later pages miss nothing though issues change while they are fetched.
  ///
  /// With offsets, an issue that changes moves to the end, and what follows it moves one place up: the first of the next page is then never shown.
  private let trustsLaterPages: Bool
  private var pages = 0
  private var newest: Int64?
  private var endOfFirstPage: Int64?
  private var isSorted = true

  init(trustsLaterPages: Bool = true) { self.trustsLaterPages = trustsLaterPages }

  /// A page was fetched.
  ///
  /// - Parameter times: the `updated` of its issues in their order.
  mutating func saw(_ times: [Int64?]) {
    for time in times {
      guard let time else {
        isSorted = false
        continue
      }
      if let newest, time < newest { isSorted = false }
      newest = max(newest ?? time, time)
    }
    guard !times.isEmpty else { return }
    pages += 1
    if pages == 1 { endOfFirstPage = newest }
  }

  /// How far everything was seen, once the last page was fetched; nil where nothing was.
  var end: Int64? { trustsLaterPages || pages < 2 ? newest : endOfFirstPage }

  /// How far everything was dealt with, while the first that is not was changed at a time.
  ///
  /// - Parameter time: the `updated` of the oldest issue that waits.
  /// - Returns: nil where the watermark must stay.
  func reached(before time: Int64?) -> Int64? {
    guard isSorted, trustsLaterPages || pages < 2, let time else { return nil }
    return time - 1
  }
}
