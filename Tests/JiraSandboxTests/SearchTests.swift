import Foundation
import JSON
import Testing

@testable import JiraSandbox

@Suite("Searching")
struct SearchTests {
  @Test
  func `Conditions on fields of every kind find what they should`() throws {
    let office = try Office()
    let first = try office.create([
      "summary": "Fix the login page", "labels": ["jira-sync-1", "audit"],
      "customfield_10010": "src/auth/login.py", "customfield_10013": 3,
      "customfield_10014": ["value": "Routers"],
      "customfield_10016": [["value": "WF1"], ["value": "WF2"]],
      "duedate": "2026-07-03", "description": Office.document("Passwords are logged."),
    ])
    let second = try office.create(["summary": "Other", "assignee": nil])
    let found: [(String, [String])] = [
      ("labels = jira-sync-1", [first]), ("labels = jira-sync", []),
      ("labels in (audit, nothing)", [first]), ("labels is empty", [second]),
      // As in JIRA, a negation does not find what is empty.
      ("labels != other", [first]), ("labels not in (audit)", []),
      ("cf[10010] ~ \"login\"", [first]), ("\"File path\" ~ \"auth\"", [first]),
      ("cf[10013] > 2.5", [first]), ("cf[10013] = 3", [first]), ("cf[10013] < 3", []),
      ("Layer = routers", [first]), ("Workflows = WF2", [first]),
      ("Workflows in (WF3)", []), ("summary ~ \"log*\"", [first]),
      ("summary ~ \"\\\"login page\\\"\"", [first]), ("summary ~ \"\\\"page login\\\"\"", []),
      ("text ~ passwords", [first]), ("duedate <= 2026-07-03", [first]),
      ("status = \"To Do\" AND statusCategory != Done", [first, second]),
      ("resolution = EMPTY", [first, second]), ("reporter = currentUser()", [first, second]),
      ("key = \(second)", [second]), ("id in (10001, 10002)", [first, second]),
      ("not (labels = audit or summary ~ nothing)", [second]),
      ("project = scrsky and type = Task", [first, second]),
    ]
    for (jql, keys) in found {
      #expect(try office.keys("\(jql) ORDER BY key ASC") == keys, "\(jql)")
    }
  }

  @Test(arguments: [
    ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
    ("status = Gone", "The value 'Gone' does not exist for the field 'status'."),
    ("key = SCRSKY-9", "An issue with key 'SCRSKY-9' does not exist for field 'key'."),
    ("status ~ Do", "The operator '~' is not supported by the 'status' field."),
    ("summary = x", "The operator '=' is not supported by the 'summary' field."),
    ("project = SCRSKY order by colour", "Not able to sort using field 'colour'."),
    (
      "",
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
    ),
    (
      "order by key",
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
    ),
    (
      "project = SCRSKY order by id,key,status,created,updated,summary,labels,priority",
      "The JQL query has 8 fields in ORDER BY. At most 7 are allowed."
    ),
  ])
  func `What does not exist is refused, and so is a query without a condition`(
    jql: String, message: String
  ) throws {
    let (status, body) = try Office().search(jql)
    #expect(status == 400)
    #expect(body["errorMessages"] == [.string(message)])
  }

  @Test
  func `Pages follow a token, are shorter than asked for, and have no total`() throws {
    let office = try Office { $0.longestPage = 2 }
    let keys = try (0..<5).map { _ in try office.create() }
    var found: [String] = []
    var more: JSON = ["fields": ["summary"], "maxResults": 100]
    for page in 1... {
      let body = try office.search("project = SCRSKY order by created, id", more).body
      #expect(body["total"] == nil && body["startAt"] == nil)
      let issues = try #require(body["issues"]?.array)
      found += issues.compactMap { $0["key"]?.string }
      #expect(body["isLast"] == .bool(page == 3))
      guard let token = body["nextPageToken"] else { break }
      #expect(issues.count == 2)
      more["nextPageToken"] = token
    }
    #expect(found == keys)
  }

  @Test
  func `A page token is a place in the order: what is deleted meanwhile hides no other issue`()
    throws
  {
    // With tokens that count issues, deleting the first one would skip the third.
    let office = try Office { $0.longestPage = 2 }
    let keys = try (0..<4).map { _ in try office.create() }
    let jql = "project = SCRSKY order by id"
    let token = try #require(try office.search(jql, ["fields": ["summary"]]).body["nextPageToken"])
    try office.ask("DELETE", "issue/\(keys[0])")
    #expect(
      try office.keys(jql, ["fields": ["summary"], "nextPageToken": token])
        == Array(keys[2...]))
    let other = try office.search("project = SCRSKY", ["nextPageToken": token])
    #expect(other.status == 400)
  }

  @Test
  func `Without fields a hit is an id; ids and keys alone come in long pages`() throws {
    let office = try Office { $0.longestPage = 2 }
    for _ in 0..<4 { _ = try office.create() }
    let body = try office.ask(
      "POST", "search/jql", ["jql": "project = SCRSKY", "maxResults": 5000]
    )
    .body
    #expect(body["issues"]?.array?.count == 4)
    #expect(body["issues"]?[0] == ["id": "10004"])
  }

  @Test
  func `Search lags behind a write; reading the issue itself does not`() throws {
    let office = try Office { $0.indexLag = .seconds(5) }
    let key = try office.create(["labels": ["marker"]])
    #expect(try office.keys("labels = marker") == [])
    #expect(try office.ask("GET", "issue/\(key)").status == 200)
    #expect(
      try office.ask("POST", "issue/bulkfetch", ["issueIdsOrKeys": [.string(key)]])
        .body["issues"]?.array?.count == 1)
    #expect(try office.keys("labels = marker", ["reconcileIssues": [10001]]) == [key])
    office.clock.advance(milliseconds: 4999)
    #expect(try office.keys("labels = marker") == [])
    office.clock.advance(milliseconds: 1)
    #expect(try office.keys("labels = marker") == [key])

    // Not only hits lag: the values that come with them are old, too, and so is a deletion.
    try office.ask("PUT", "issue/\(key)", ["fields": ["summary": "New"]])
    let hit = try office.search("labels = marker", ["fields": ["summary"]]).body["issues"]?[0]
    #expect(hit?["fields"]?["summary"] == "A task")
    try office.ask("DELETE", "issue/\(key)")
    #expect(try office.keys("labels = marker") == [key])
    office.clock.advance(milliseconds: 5000)
    #expect(try office.keys("labels = marker") == [])
  }

  @Test
  func `Cloud has removed the old search; Data Center has no other, with offset and total`() throws
  {
    #expect(try Office().ask("GET", "search?jql=project=SCRSKY").status == 410)
    let office = try Office { $0.deployment = .server }.version2
    for _ in 0..<3 { _ = try office.create() }
    #expect(try office.ask("POST", "search/jql", ["jql": "project = SCRSKY"]).status == 404)
    let body = try office.ask(
      "POST", "search", ["jql": "order by key", "startAt": 1, "maxResults": 1]
    ).body
    #expect(body["total"] == 3 && body["startAt"] == 1 && body["maxResults"] == 1)
    #expect(body["issues"]?[0]?["key"] == "SCRSKY-1002")
    let strict = try office.ask("POST", "search", ["jql": "id in (10001, 99999)"])
    #expect(strict.status == 400)
    let lax = try office.ask(
      "POST", "search", ["jql": "id in (10001, 99999)", "validateQuery": "warn"])
    #expect(lax.body["total"] == 1)
  }

  @Test
  func `Counting`() throws {
    let office = try Office()
    _ = try office.create()
    let body = try office.ask("POST", "search/approximate-count", ["jql": "project = SCRSKY"]).body
    #expect(body == ["count": 1])
  }
}
