/// Decides after each page of a search whether there is another and where it begins.
///
/// It has no input or output of its own. A server whose pages would never end costs an error, not an endless loop, and not
/// a silent end either, by which issues would be lost.
public struct SearchPaging: Sendable, Hashable {
  /// What a page's envelope says.
  public enum Envelope: Sendable, Hashable {
    /// Cloud: the token of the next page and whether this was the last. Either ends the search.
    case tokens(next: String?, isLast: Bool?)
    /// Data Center: how many issues there are in all, where it says so.
    case offsets(startAt: Int?, total: Int?)
  }

  /// Why a search cannot go on.
  public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// A token came a second time.
    case repeatedToken
    /// So many pages in a row had no issue.
    case emptyPages(Int)
    /// The page begins elsewhere than was asked.
    case wrongPage

    /// A text for people.
    public var description: String {
      switch self {
      case .repeatedToken: "the same page token came twice"
      case .emptyPages(let count): "\(count) pages in a row were empty"
      case .wrongPage: "the page is not the one asked for"
      }
    }
  }

  /// How many empty pages in a row are believed: Cloud may give some while it filters by permission.
  public static let emptyPageLimit = 100

  /// Where the next page begins; nil when there is none.
  public private(set) var cursor: SearchCursor? = .first
  private var seen: Set<String> = []
  private var emptyPages = 0
  private var received = 0

  /// Begins a search.
  public init() {}

  /// Takes note of a page.
  ///
  /// - Parameters:
  ///   - count: how many issues it has.
  ///   - envelope: what it says of itself.
  /// - Throws: `Failure` where the search would not end or would skip issues.
  public mutating func received(_ count: Int, _ envelope: Envelope) throws(Failure) {
    received += count
    emptyPages = count == 0 ? emptyPages + 1 : 0
    switch envelope {
    case .tokens(let next, let isLast):
      guard let next, !next.isEmpty, isLast != true else {
        cursor = nil
        return
      }
      guard seen.insert(next).inserted else { throw Failure.repeatedToken }
      guard emptyPages < Self.emptyPageLimit else { throw Failure.emptyPages(emptyPages) }
      cursor = .token(next)
    case .offsets(let startAt, let total):
      guard startAt == nil || startAt == received - count else { throw Failure.wrongPage }
      // Without a total, only an empty page is an end.
      let isDone = count == 0 || total.map { received >= $0 } == true
      cursor = isDone ? nil : .startAt(received)
    }
  }
}
