import Foundation
import JSON
import Testing

@testable import JiraSandbox

/// Broken queries: a refusal in JIRA's words, never a crash.
@Suite("Broken queries")
struct JQLFuzzTests {
  private static let count =
    (ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_FUZZ"].flatMap { Int($0) } ?? 3000) / 10

  @Test
  func `every mutation of a query is answered or refused`() throws {
    let office = try Office()
    _ = try office.create(["labels": ["a"]])
    let seed = UInt64.random(in: 0...UInt64(UInt32.max))
    print("JQL fuzz seed \(seed)")
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, bound)
    }
    let good = [
      "project = SCRSKY AND (labels = 'a' OR NOT status in (\"To Do\", Done)) ORDER BY updated ASC, id",
      "updated >= 1732877091000 and cf[10010] ~ \"a\\\"b\" and key in (SCRSKY-1001)",
      "created > -5d and assignee is not EMPTY and resolution = Unresolved",
    ].map { Array($0.utf8) }
    let pieces = [
      "(", ")", "\"", "'", "\\", ",", "~", "!=", " in ", "[", "not ", "\u{0}", "é", "-1w",
    ]
    .map { Array($0.utf8) }
    for _ in 0..<Self.count {
      var bytes = good[random(good.count)]
      for _ in 0...random(5) {
        let place = random(bytes.count)
        switch random(3) {
        case 0: bytes.insert(contentsOf: pieces[random(pieces.count)], at: place)
        case 1 where !bytes.isEmpty: bytes.remove(at: place)
        default: bytes.insert(UInt8(random(256)), at: place)
        }
      }
      let status = try office.search(String(decoding: bytes, as: UTF8.self)).status
      #expect(status == 200 || status == 400)
    }
  }
}
