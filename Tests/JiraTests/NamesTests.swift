import JSON
import Testing

@testable import Jira

/// What JIRA translates is known by id and by all its names.
@Suite("Names that JIRA translates") struct NamesTests {
  private func value(_ json: JSON) throws -> TranslatedName { try #require(TranslatedName(json)) }

  @Test(arguments: ["10002", "Won't Do", "won\u{2019}t do", "Wird nicht erledigt", " WON'T DO "])
  func `a value is called by its id, its stored name and its shown name, in any case of letters`(
    text: String
  ) throws {
    let shown: JSON = [
      "id": "10002", "name": "Wird nicht erledigt", "untranslatedName": "Won't Do",
    ]
    #expect(try value(shown).isCalled(text))
    #expect(try !value(["id": "10003", "name": "Duplikat"]).isCalled(text))
    #expect(try value(shown).canonical == "Won't Do")
  }

  /// Data Center gives no stored name.
  @Test(arguments: [
    ("Wird nicht erledigt", "Won't Do"), ("Ne sera pas fait", "Won't Do"), ("対応しない", "Won't Do"),
    ("Aufgabe", "Task"), ("Tâche", "Task"), ("タスク", "Task"), ("Fertig", "Done"), ("完了", "Done"),
  ])
  func `JIRA's own translations are known where the stored name is not given`(
    shown: String, english: String
  ) throws {
    #expect(try value(["id": "7", "name": .string(shown)]).isCalled(english))
  }

  @Test
  func `a stored name that is given is believed, and no translation of the shown one is`() throws {
    let custom = try value(["id": "7", "name": "Fertig", "untranslatedName": "Shipped"])
    #expect(!custom.isCalled("Done"))
    #expect(custom.isCalled("Shipped") && custom.isCalled("Fertig"))
  }

  /// A word that meant both would lose the debt of a row.
  @Test
  func `no translation stands for a resolution that fixes something and for one that does not`() {
    let fixing: Set = ["Done", "Fixed", "Resolved"]
    let others: Set = ["Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Declined"]
    for name in StandardNames.translations.values.joined() {
      let english = StandardNames.english(for: name)
      #expect(english.isDisjoint(with: fixing) || english.isDisjoint(with: others), "\(name)")
    }
  }

  @Test
  func
    `a list finds by id, then exactly, then by any name; an answer in another language adds names`()
    throws
  {
    var list = NameList([
      try value(["id": "1", "name": "High"]), try value(["id": "2", "name": "high risk"]),
    ])
    list.add(try value(["id": "1", "name": "Wichtig"]))
    #expect(list.values.count == 2)
    for name in ["1", "High", "HIGH", "Wichtig", "wichtig"] {
      #expect(list.value(named: name)?.id == "1", "\(name)")
    }
    #expect(list.value(named: "Low") == nil)
    let seen = try value(["id": "1", "name": "高"])
    #expect(list.completing(seen).isCalled("High") && list.completing(seen).isCalled("高"))
    list.add(try value(["id": "3", "name": "wichtig"]))
    #expect(list.named("WICHTIG").count == 2)
    #expect(list.value(named: "WICHTIG") == nil, "a name of two values means neither")
  }

  @Test(arguments: [
    ("Fälligkeit", "duedate"), ("Due date", "duedate"), ("due DATE", "duedate"),
    ("Aufwand", "customfield_1"), ("Effort", "customfield_1"), ("Cost", "customfield_2"),
  ])
  func `a field is found by its name in any language, its own first`(name: String, id: String)
    throws
  {
    let json: [JSON] = [
      ["id": "duedate", "name": "Fälligkeit"],
      [
        "id": "customfield_1", "name": "Aufwand", "custom": true,
        "clauseNames": ["cf[1]", "Effort", "Effort[Number]"],
      ],
      ["id": "customfield_2", "name": "Kosten", "custom": true, "untranslatedName": "Cost"],
      ["id": "customfield_3", "name": "Notiz", "custom": true, "clauseNames": ["cf[3]", "Note"]],
    ]
    let fields = try json.map { try #require(JiraField($0)) }
    #expect(JiraField.named(name, in: fields).map(\.id) == [id])
    #expect(JiraField.named("Nothing", in: fields).isEmpty)
  }

  @Test
  func
    `two fields of one name are both named, and a name that is shown goes before one of another language`()
    throws
  {
    func field(_ id: String, _ name: String, _ stored: String) throws -> JiraField {
      try #require(
        JiraField([
          "id": .string(id), "name": .string(name), "custom": true,
          "clauseNames": ["cf[1]", .string(stored)],
        ]))
    }
    let fields = [
      try field("customfield_1", "Art", "Kind"), try field("customfield_2", "Kind", "Child"),
      try field("customfield_3", "Art", "Type"),
    ]
    #expect(JiraField.named("Kind", in: fields).map(\.id) == ["customfield_2"])
    #expect(JiraField.named("art", in: fields).map(\.id) == ["customfield_1", "customfield_3"])
    #expect(fields[1].storedName == "Child")
  }

  @Test
  func `every call asks for English, and a client for the account's language for none`()
    async throws
  {
    let account = #"{"accountId": "x", "locale": "de_DE"}"#
    let (client, transport) = try makeClient([.json(account), .json(account)])
    #expect(try await client.myself().isEnglish == false)
    _ = try await client.asking(in: .account).myself()
    let sent = transport.requests
    #expect(sent[0].header("Accept-Language") == "en")
    #expect(sent[0].header("X-Force-Accept-Language") == "true")
    #expect(sent[1].header("Accept-Language") == nil)
    #expect(sent[1].header("X-Force-Accept-Language") == nil)
  }

  @Test
  func `the history of a Data Center names fields as they are stored, and resolutions too`() throws
  {
    let change = try #require(
      IssueChange([
        "id": "1", "created": "2026-01-02T03:04:05.000+0000",
        "items": [
          ["field": "Due Date", "toString": "2026-01-03"],
          ["field": "resolution", "to": "10002", "toString": "Won't Do"],
        ],
      ]))
    #expect(change.items[0].isOf(id: "duedate", name: "Fälligkeit"))
    #expect(!change.items[0].isOf(id: "description", name: "Beschreibung"))
    #expect(IssueChange.storedName(ofResolution: "10002", in: [change]) == "Won't Do")
    #expect(IssueChange.storedName(ofResolution: "10000", in: [change]) == nil)
  }
}
