import Testing

@testable import Jira

@Suite("A batch that fails as a whole is divided")
struct BatchReadingTests {
  private func error(_ kind: JiraError.Kind, _ status: Int?) -> JiraError {
    JiraError(kind: kind, status: status, endpoint: "POST /issue/bulkfetch")
  }

  /// Reads a hundred ids of a site where some spoil each call that asks for them.
  private func read(
    bad: Set<String>, error: JiraError, limitAfter: Int = .max
  ) -> (batch: IssueBatch?, calls: Int) {
    let ids = (1...100).map(String.init)
    var reading = BatchReading(ids, size: 100)
    var calls = 0
    while let some = reading.next() {
      calls += 1
      if calls > limitAfter {
        guard reading.failed(some, error: self.error(.rateLimited, 429)) else {
          return (nil, calls)
        }
      } else if bad.isDisjoint(with: some) {
        reading.read(IssueBatch(found: some.map { Issue(id: $0, key: "A-\($0)") }))
      } else if !reading.failed(some, error: error) {
        return (nil, calls)
      }
    }
    return (reading.batch(inOrderOf: ids), calls)
  }

  static let reasons: [(JiraError.Kind, Int?)] = [
    (.unreadable, 200), (.unexpectedAnswer, 200), (.unavailable, 500), (.forbidden, 403),
    (.invalid, 400),
  ]

  @Test(arguments: reasons)
  func `until the bad one is alone: the others are read, in their order`(
    kind: JiraError.Kind, status: Int?
  ) {
    for bad in ["1", "50", "100"] {
      let (batch, calls) = read(bad: [bad], error: error(kind, status))
      #expect(batch?.found.map(\.id) == (1...100).map(String.init).filter { $0 != bad })
      #expect(batch?.failed.keys.sorted() == [bad])
      #expect(calls <= 15)
    }
  }

  @Test
  func `several bad ones are found, too`() {
    let (batch, _) = read(bad: ["3", "4", "77"], error: error(.unreadable, 200))
    #expect(batch?.found.count == 97)
    #expect(batch?.failed.keys.sorted() == ["3", "4", "77"])
  }

  /// Catches an outage that costs two hundred calls.
  @Test(arguments: reasons)
  func `where everything fails it ends after a few calls`(kind: JiraError.Kind, status: Int?) {
    let (batch, calls) = read(bad: Set((1...100).map(String.init)), error: error(kind, status))
    #expect(batch == nil)
    #expect(calls == BatchReading.mostFailures)
  }

  @Test(
    arguments: [(.unavailable, 503), (.unauthorized, 401), (.rateLimited, 429), (.network, nil)]
      as [(JiraError.Kind, Int?)])
  func `what is not about one issue ends it at once`(kind: JiraError.Kind, status: Int?) {
    let (batch, calls) = read(bad: ["50"], error: error(kind, status))
    #expect(batch == nil)
    #expect(calls == 1)
  }

  @Test
  func `a limit in the middle: what was read is kept, and the rest says why it was not`() {
    let (batch, calls) = read(bad: ["1"], error: error(.unreadable, 200), limitAfter: 3)
    #expect(batch?.found.count == 50)
    #expect(batch?.failed.count == 50)
    #expect(batch?.failed["2"]?.kind == .rateLimited)
    #expect(calls == 4)
  }
}
