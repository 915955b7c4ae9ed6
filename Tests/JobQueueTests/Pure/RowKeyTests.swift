import JobQueue
import Testing

struct RowKeyTests {
  @Test func `a row's jobs have a key of the table and the id`() {
    let row = RowKey(id: "42")
    #expect(row.description == "file_audit:42")
    #expect(row.jobKey == "row:file_audit:42")
    #expect(RowKey(table: "bugs", id: "de:0042").jobKey == "row:bugs:de:0042")
  }

  /// Broken variant: ids compared as texts put 10 before 9.
  @Test func `rows are in the order of tables, and numbers in the order of numbers`() {
    let rows = [
      RowKey(id: "b"), RowKey(id: "10"), RowKey(table: "bugs", id: "2"), RowKey(id: "9"),
      RowKey(id: "a"),
    ]
    #expect(
      rows.sorted().map(\.description) == [
        "bugs:2", "file_audit:9", "file_audit:10", "file_audit:a", "file_audit:b",
      ])
  }

  @Test func `a job without a row id is about no row`() {
    #expect(Job(id: 1, kind: "poll", token: 1).row == nil)
    #expect(Job(id: 1, kind: "push", rowID: "7", token: 1).row == RowKey(id: "7"))
  }
}
