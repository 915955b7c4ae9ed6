import HTTP
import JSON
import Jira
import JiraSandbox
import Mapping
import Postgres
import SyncEngine
import TestSupport
import Testing

/// What JIRA translates makes no difference, whatever language the account has and however much JIRA says.
@Suite("An account in another language", .requiresPostgres)
struct LanguageTests {
  /// A site, by how much it says of the names that it translates.
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case cloud = "Cloud"
    case storedNames = "Cloud, without the header, with stored names everywhere"
    case storedInLists = "Cloud, without the header, with stored names in lists"
    case dataCenter = "Data Center"

    var testDescription: String { rawValue }

    func set(_ options: inout SandboxOptions) {
      options.heedsForcedLanguage = self == .cloud
      options.storedNames =
        switch self {
        case .cloud, .dataCenter: .nowhere
        case .storedNames: .everywhere
        case .storedInLists: .lists
        }
    }
  }

  private func withWorld(
    _ language: Language, _ kind: Kind,
    translations: [Language: [String: String]] = [:], _ body: (SyncWorld) async throws -> Void
  ) async throws {
    try await withSyncWorld(
      isDataCenter: kind == .dataCenter,
      site: { options in
        kind.set(&options)
        options.people[0].language = language
        options.translations = translations
      }, body)
  }

  /// The default mapping, and a priority.
  private static var mapping: Mapping {
    var mapping = Mapping.standard
    mapping.fields.append(
      FieldMapping(
        name: "urgency", columns: ["status"], target: .system("priority"),
        valueMap: ValueMap(pairs: ["NOVEL": "High", "SHARED": "Low"])))
    return mapping
  }

  private func keys(_ ids: [Int64], in world: SyncWorld) async throws -> [String] {
    var keys: [String] = []
    for id in ids { keys.append(try #require(try await world.link(id).issueKey)) }
    return keys
  }

  /// Catches: the debt of a row is gone because "Wird nicht erledigt" is no resolution that anybody listed.
  @Test(arguments: Language.allCases, Kind.allCases)
  func `Creation, status, priority, resolution and polls are as in English`(
    language: Language, kind: Kind
  ) async throws {
    try await withWorld(language, kind) { world in
      var world = world
      world.setup.mapping = Self.mapping
      let ids = try await world.addRows(4)
      try await world.run(
        "update public.file_audit set audit_status = 'IN_PROGRESS' where id = \(ids[1])")
      try await world.drain()
      let keys = try await keys(ids, in: world)
      let issues = try world.jira.issues()
      #expect(issues.map(\.status) == ["To Do", "In Progress", "To Do", "To Do"])
      #expect(issues.allSatisfy { $0.json["fields"]?["issuetype"]?["name"] == "Task" })
      #expect(issues.allSatisfy { $0["Priority"]?["name"] == "High" })

      try await world.run(
        """
        update public.file_audit set status = 'SHARED', has_technical_debt = false where id = \(ids[0])
        """)
      try await world.drain()
      let done = try world.jira.issue(keys[0])
      #expect(done.status == "Done" && done.resolution == "Done" && done.statusChanges == 3)
      #expect(done["Priority"]?["name"] == "Low")

      try world.jira.move(keys[1], along: ["Ask for review", "Approve"], resolution: "Won't Do")
      let path = ["Start work", "Ask for review", "Approve"]
      try world.jira.move(keys[2], along: path, resolution: "Fixed")
      try world.jira.move(keys[3], along: ["Start work"])
      try await world.poll()
      let rows = [
        try await world.row(ids[1]), try await world.row(ids[2]), try await world.row(ids[3]),
      ]
      #expect(rows.map { $0["has_technical_debt"]?.bool } == [true, false, true])
      #expect(rows.map { $0["audit_status"] } == ["COMPLETED", "COMPLETED", "IN_PROGRESS"])
      for id in ids { #expect(try await world.link(id).error == nil) }
      #expect(try await world.count("jira_sync.conflicts") == 0)

      world.jira.forgetCalls()
      for id in ids { try await world.enqueue("sync", id) }
      try await world.drain()
      #expect(world.jira.writes() == [], "nothing is written again")
    }
  }

  @Test(arguments: [
    (Language.english, Kind.cloud), (.german, .cloud), (.french, .storedNames),
    (.japanese, .dataCenter), (.english, .dataCenter),
  ])
  func
    `A resolution that an administrator added is reported and clears no debt, until the configuration names it`(
      language: Language, kind: Kind
    ) async throws
  {
    try await withWorld(language, kind) { world in
      try world.jira.administer("POST", "resolutions", ["name": "Superseded"])
      let ids = try await world.addRows(2)
      try await world.drain()
      let keys = try await keys(ids, in: world)
      let path = ["Start work", "Ask for review", "Approve"]
      try world.jira.move(keys[0], along: path, resolution: "Superseded")
      try world.jira.move(keys[1], along: path, resolution: "Done")
      try world.jira.edit(keys[0], ["Audited by": "Ada"])
      try await world.poll()
      let row = try await world.row(ids[0])
      #expect(row["has_technical_debt"] == true && row["audit_status"] == "NOT_STARTED")
      #expect(row["audited_by"] == "Ada", "its other fields go on")
      let error = try #require(try await world.link(ids[0]).error)
      #expect(error.contains("has_technical_debt") && error.contains("'Superseded'"), "\(error)")
      #expect(error.contains("'resolved' or 'unresolved'"))
      #expect(try await world.row(ids[1])["has_technical_debt"] == false, "a known one, beside it")

      var rules = StatusRules()
      rules.unresolvedResolutions.append("superseded")
      let changed = rules
      try await world.enqueue("sync", ids[0])
      try await world.drain { setup in
        for index in setup.mapping.fields.indices {
          if case .status = setup.mapping.fields[index].source {
            setup.mapping.fields[index].source = .status(changed)
          }
        }
      }
      #expect(try await world.link(ids[0]).error == nil)
      let known = try await world.row(ids[0])
      #expect(known["has_technical_debt"] == true && known["audit_status"] == "COMPLETED")
    }
  }

  /// Administrators of a Data Center translate names as they like; only the history keeps the stored ones.
  @Test
  func `A translation by an administrator: the history of the issue knows the stored name`()
    async throws
  {
    let own = [Language.german: ["Won't Do": "Lassen wir so", "Done": "Haken dran"]]
    try await withWorld(.german, .dataCenter, translations: own) { world in
      let ids = try await world.addRows(2)
      try await world.drain()
      let keys = try await keys(ids, in: world)
      let path = ["Start work", "Ask for review", "Approve"]
      try world.jira.move(keys[0], along: path, resolution: "Won't Do")
      try world.jira.move(keys[1], along: path, resolution: "Done")
      try await world.poll()
      #expect(try await world.row(ids[0])["has_technical_debt"] == true)
      #expect(try await world.row(ids[0])["audit_status"] == "COMPLETED")
      #expect(try await world.row(ids[1])["has_technical_debt"] == false)
      for id in ids { #expect(try await world.link(id).error == nil) }
    }
  }

  @Test(
    arguments: [
      ("Aufgabe", "Fertig", "Wird nicht erledigt", "Hoch"),
      ("10001", "10004", "10002", "2"), ("task", "done", "won\u{2019}t do", "high"),
    ], [Kind.cloud, .dataCenter])
  func `The configuration may name everything as the account sees it, or by its id`(
    names: (type: String, done: String, kept: String, priority: String), kind: Kind
  ) async throws {
    try await withWorld(.german, kind) { world in
      var world = world
      world.setup.mapping = Self.mapping
      world.setup.mapping.issueType = names.type
      for index in world.setup.mapping.fields.indices {
        if case .status(var rules) = world.setup.mapping.fields[index].source {
          rules.doneStatus = names.done
          rules.unresolvedResolutions = [names.kept]
          world.setup.mapping.fields[index].source = .status(rules)
        }
        if world.setup.mapping.fields[index].name == "urgency" {
          world.setup.mapping.fields[index].valueMap.pairs = ["NOVEL": names.priority]
        }
      }
      let (id, key) = try await world.addLinkedRow()
      let issue = try world.jira.issue(key)
      #expect(issue["Priority"]?["name"] == "High")
      #expect(issue.json["fields"]?["issuetype"]?["name"] == "Task")
      let path = ["Start work", "Ask for review", "Approve"]
      try world.jira.move(key, along: path, resolution: "Won't Do")
      try await world.poll()
      #expect(try await world.row(id)["has_technical_debt"] == true)
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func
    `An issue type that nobody knows is refused with what there is, as it is shown, and the ids`()
    async throws
  {
    let own = [Language.german: ["Task": "Arbeitspaket"]]
    try await withWorld(.german, .dataCenter, translations: own) { world in
      let error = await #expect(throws: SiteError.self) { try await world.drain() }
      let text = error?.description ?? ""
      #expect(text.contains("no issue type Task; it has Arbeitspaket") && text.contains("10001"))
      for name in ["Arbeitspaket", "10001"] {
        try await world.drain { $0.mapping.issueType = name }
      }
    }
  }

  @Test(arguments: Language.allCases, Kind.allCases)
  func `fields check finds nothing in any language`(language: Language, kind: Kind) async throws {
    try await withWorld(language, kind) { world in
      let transport = CurlClient()
      let client = try await JiraClient(
        configuration: try JiraConfiguration(
          baseURL: world.jira.baseURL, credentials: world.setup.credentials),
        transport: transport
      ).located()
      let facts = try await SiteFacts.read(
        client, project: "SCRSKY", issueType: "Task", sample: .none)
      await transport.shutdown()
      var mapping = Self.mapping
      mapping.fields.append(
        FieldMapping(name: "due", columns: ["audit_date"], target: .customName("Due date")))
      let check = FieldCheck(mapping: mapping, facts: facts)
      #expect(
        check.found.contains { $0.fieldID == "duedate" }, "a system field by its English name")
      let findings = check.findings(RowCensus())
      #expect(findings == [], "\(findings.map(\.problem))")
    }
  }
}
