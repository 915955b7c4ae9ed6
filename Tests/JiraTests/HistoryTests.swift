import HTTP
import Jira
import Testing

/// Who resolved an issue is read from its history, whichever way the site tells it.
@Suite struct HistoryTests {
  private func change(_ id: Int, _ author: String, _ time: String, _ item: String) -> String {
    """
    {"id":"\(id)","author":{"accountId":"\(author)","name":"\(author)"},
    "created":"2026-09-27T\(time):00.000+0000","items":[\(item)]}
    """
  }

  private let resolved =
    #"{"field":"resolution","fieldId":"resolution","from":null,"to":"1","toString":"Done"}"#
  private let reopened =
    #"{"field":"Resolution","from":"1","fromString":"Done","to":null,"toString":null}"#
  private let other = #"{"field":"Layer resolution","fieldId":"customfield_1","to":"x"}"#

  @Test func `the last who resolved counts`() async throws {
    let (client, transport) = try makeClient([
      .json(
        "{\"total\":3,\"values\":[\(change(9, "bob", "12:00", resolved)),\(change(3, "ada", "10:00", resolved))]}"
      ),
      .json("{\"total\":3,\"values\":[\(change(10, "eve", "13:00", other))]}"),
    ])
    #expect(try await client.resolver(of: "1")?.id == "bob")
    #expect(
      transport.requests.map(\.target) == [
        "/rest/api/3/issue/1/changelog?startAt=0&maxResults=100",
        "/rest/api/3/issue/1/changelog?startAt=2&maxResults=100",
      ])
  }

  /// Broken variant: trusting the order of the answer, by which a reopened issue has a resolver.
  @Test func `whoever reopened it ended the resolution`() async throws {
    let (client, _) = try makeClient([
      .json(
        "{\"isLast\":true,\"values\":[\(change(2, "bob", "12:00", reopened)),\(change(1, "ada", "10:00", resolved))]}"
      )
    ])
    #expect(try await client.resolver(of: "1") == nil)
  }

  @Test func `without resolutions whoever moved it last counts`() async throws {
    let moved = #"{"field":"status","fieldId":"status","from":"3","to":"4","toString":"Closed"}"#
    let (client, _) = try makeClient([
      .json(
        "{\"isLast\":true,\"values\":[\(change(1, "ada", "10:00", moved)),\(change(2, "bob", "11:00", moved)),\(change(3, "eve", "12:00", other))]}"
      ),
      .json(
        "{\"isLast\":true,\"values\":[\(change(1, "ada", "10:00", reopened)),\(change(2, "bob", "11:00", moved))]}"
      ),
    ])
    #expect(try await client.resolver(of: "1")?.id == "bob")
    #expect(try await client.resolver(of: "1")?.id == "bob", "reopened, and closed again")
  }

  @Test func `data center tells with the issue`() async throws {
    let (client, transport) = try makeClient(
      [
        .json(
          "{\"id\":\"1\",\"key\":\"S-1\",\"changelog\":{\"histories\":[\(change(1, "ada", "10:00", resolved))]}}"
        )
      ], dialect: .dataCenter)
    #expect(try await client.resolver(of: "1")?.id == "ada")
    #expect(transport.requests[0].target == "/rest/api/2/issue/1?fields=id&expand=changelog")
  }

  @Test func `a history that repeats itself ends`() async throws {
    let page = ScriptedTransport.Step.json(
      "{\"total\":99,\"values\":[\(change(1, "ada", "10:00", resolved))]}")
    let (client, transport) = try makeClient([page, page])
    #expect(try await client.changes(of: "1").count == 1)
    #expect(transport.requests.count == 2)
  }
}
