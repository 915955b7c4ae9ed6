import Locks

/// Whether the site is open, readable from anywhere without waiting.
final class SiteState: Sendable {
  private struct State {
    var site: Site?
    var last: Site?
    var reason: String? = "JIRA was not reached yet"
  }

  private let state = Lock(State())

  /// The site while it is open.
  var site: Site? { state.withLock { $0.site } }

  /// The site as it was when it was last open.
  var last: Site? { state.withLock { $0.last } }

  /// Why it is closed, nil while it is open.
  var closedReason: String? { state.withLock { $0.reason } }

  /// Opens it; answers whether it had been open before.
  func open(_ site: Site) -> Bool {
    state.withLock { state in
      let isReturn = state.last != nil && state.site == nil
      state.site = site
      state.last = site
      state.reason = nil
      return isReturn
    }
  }

  /// Closes it; answers whether that is news.
  func close(_ reason: String) -> Bool {
    state.withLock { state in
      let isNews = state.site != nil || (state.last == nil && !Self.areAlike(state.reason, reason))
      state.site = nil
      state.reason = reason
      return isNews
    }
  }

  /// Whether two reasons say the same: how long libcurl tried, as in "after 1 ms", is no news.
  private static func areAlike(_ one: String?, _ other: String) -> Bool {
    let time = /\bafter \d+ (ms|milliseconds)\b/
    return one?.replacing(time, with: "") == other.replacing(time, with: "")
  }
}
