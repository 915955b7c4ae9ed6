import JSON
import JobQueue
import Testing

@testable import SyncEngine

struct IssueMarkerTests {
  @Test func `the property of an issue names the table and the row`() throws {
    let marker = IssueMarker(
      marker: nil, rowKey: RowKey(table: "bugs", id: "0042"), label: "a bug", token: 7)
    #expect(marker.json["table"] == "bugs")
    #expect(marker.json["row"] == "0042")
    #expect(marker.json["label"] == "a bug")
    #expect(IssueMarker(marker.json) == marker)
  }

  /// Issues that an earlier version made carry a number and no table.
  @Test func `a property without a table is about file_audit`() throws {
    let marker = try #require(IssueMarker(["row": 42, "token": 7, "written": [:]]))
    #expect(marker.rowKey == RowKey(id: "42"))
  }
}
