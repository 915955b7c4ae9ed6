import Jira
import Testing

/// A search ends when JIRA says so, neither earlier nor never.
@Suite struct SearchPagingTests {
  @Test func `a token leads on`() throws {
    var paging = SearchPaging()
    #expect(paging.cursor == .first)
    try paging.received(50, .tokens(next: "a", isLast: nil))
    #expect(paging.cursor == .token("a"))
    // A short page, or an empty one, is not the last.
    try paging.received(0, .tokens(next: "b", isLast: false))
    #expect(paging.cursor == .token("b"))
    try paging.received(50, .tokens(next: nil, isLast: nil))
    #expect(paging.cursor == nil)
  }

  @Test func `is last ends the search even with a token`() throws {
    var paging = SearchPaging()
    try paging.received(1, .tokens(next: "a", isLast: true))
    #expect(paging.cursor == nil)
  }

  /// Broken variant: following every token, for ever.
  @Test func `a repeated token is an error`() throws {
    var paging = SearchPaging()
    try paging.received(1, .tokens(next: "a", isLast: nil))
    try paging.received(1, .tokens(next: "b", isLast: nil))
    #expect(throws: SearchPaging.Failure.repeatedToken) {
      try paging.received(1, .tokens(next: "a", isLast: nil))
    }
  }

  @Test func `empty pages do not go on for ever`() throws {
    var paging = SearchPaging()
    #expect(throws: SearchPaging.Failure.emptyPages(SearchPaging.emptyPageLimit)) {
      for number in 0...SearchPaging.emptyPageLimit {
        try paging.received(0, .tokens(next: "\(number)", isLast: nil))
      }
    }
  }

  @Test func `offsets count what came and not what was asked for`() throws {
    var paging = SearchPaging()
    // The site caps pages at 40, whatever was asked.
    try paging.received(40, .offsets(startAt: 0, total: 60))
    #expect(paging.cursor == .startAt(40))
    try paging.received(20, .offsets(startAt: 40, total: 60))
    #expect(paging.cursor == nil)
  }

  @Test func `without a total an empty page is the end`() throws {
    var paging = SearchPaging()
    try paging.received(10, .offsets(startAt: nil, total: nil))
    #expect(paging.cursor == .startAt(10))
    try paging.received(0, .offsets(startAt: nil, total: nil))
    #expect(paging.cursor == nil)
  }

  @Test func `a page from elsewhere is an error`() throws {
    var paging = SearchPaging()
    try paging.received(10, .offsets(startAt: 0, total: 30))
    #expect(throws: SearchPaging.Failure.wrongPage) {
      try paging.received(10, .offsets(startAt: 0, total: 30))
    }
  }
}
