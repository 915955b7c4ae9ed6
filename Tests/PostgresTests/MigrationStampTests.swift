import Testing

@testable import Postgres

@Suite struct MigrationStampTests {
  @Test(
    arguments: [
      ("20261130000001", "20261130000002"), ("20261130000059", "20261130000100"),
      ("20261231235959", "20270101000000"), ("20280228235959", "20280229000000"),
      ("20270228235959", "20270301000000"), ("21000228235959", "21000301000000"),
      ("20000229235959", "20000301000000"), ("19691231235959", "19700101000000"),
    ])
  func `the next second is one of the calendar`(digits: String, next: String) {
    #expect(MigrationStamp(digits)?.successor.digits == next)
  }

  /// Users write versions by hand: `20261399000000` is no time, and is in the way all the same.
  @Test(
    arguments: [
      ("20260231000000", "20260301000000"), ("20261399000000", "20270101000000"),
      ("20260010000000", "20260101000000"), ("20260500120000", "20260501000000"),
      ("20260510250000", "20260511000000"), ("20260510236100", "20260511000000"),
      ("20260510127599", "20260510130000"), ("20260510120099", "20260510120100"),
    ])
  func `after digits that are no time comes the next time that is greater`(
    digits: String, next: String
  ) throws {
    let after = try #require(MigrationStamp(digits)?.successor.digits)
    #expect(after == next)
    #expect(after > digits)
  }

  @Test func `after the year 9999 there are no digits`() {
    #expect(MigrationStamp("99991231235959")?.digits == "99991231235959")
    #expect(MigrationStamp("99991231235959")?.successor.digits == nil)
    #expect(MigrationStamp("99999999999999")?.successor.digits == nil)
  }

  @Test func `other texts are no stamps`() {
    for text in ["2026113000000", "202611300000010", "2026113000000x", ""] {
      #expect(MigrationStamp(text) == nil)
    }
  }

  @Test func `it is the system's clock in UTC`() {
    #expect(MigrationStamp(secondsSince1970: 1_795_996_799).digits == "20261129235959")
    #expect(MigrationStamp(secondsSince1970: 0).digits == "19700101000000")
  }
}
