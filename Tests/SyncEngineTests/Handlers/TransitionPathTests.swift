import JSON
import Jira
import Testing

@testable import Planning
@testable import SyncEngine

/// Which way out of a status is taken, and what is sent along.
@Suite struct TransitionPathTests {
  private static let toDo = IssueStatus(id: "1", name: "To Do", category: .new)

  /// The step that is taken from "To Do" towards "Done", and why others are not.
  private func choice(
    from transitions: [Transition], filled: Set<String> = []
  ) -> (next: (transition: Transition, fields: [String: JSON])?, obstacles: [String]) {
    var path = TransitionPath(
      target: StatusTarget(category: .done, preferredName: "Done"), start: Self.toDo)
    path.filled = filled
    let next = path.choose(from: transitions)
    return (next, path.obstacles)
  }

  private func step(
    _ id: String, to name: String, _ category: IssueStatus.Category = .done,
    requires: [FieldMetadata] = []
  ) -> Transition {
    Transition(
      id: id, name: "to \(name)", to: IssueStatus(id: "s\(id)", name: name, category: category),
      fields: Dictionary(requires.map { ($0.fieldID, $0) }) { $1 })
  }

  private func resolution(_ names: [String]) -> FieldMetadata {
    FieldMetadata(
      fieldID: "resolution", name: "Resolution", isRequired: true, hasDefaultValue: false,
      allowedValues: names.map { ["name": .string($0)] })
  }

  private let reviewer = FieldMetadata(
    fieldID: "customfield_1", name: "Reviewer", isRequired: true, hasDefaultValue: false)

  /// Catches taking the first: a row without debt would get its debt back, since nothing was fixed.
  @Test(arguments: [
    (["Won't Do", "Completed"], "Completed"), (["Duplicate", "FIXED", "Completed"], "FIXED"),
    (["Won\u{2019}t Do", "Declined", "done"], "done"),
  ])
  func `a resolution that says that something was fixed is chosen, in any spelling`(
    names: [String], chosen: String
  ) throws {
    let only = step("5", to: "Done", requires: [resolution(names)])
    let next = try #require(choice(from: [only]).next)
    #expect(next.fields == ["resolution": ["name": .string(chosen)]])
  }

  @Test(
    arguments: [
      [["id": "2", "name": "Duplikat"], ["id": "1", "name": "Fertig"]],
      [["id": "2", "name": "完了しない"], ["id": "1", "name": "完了"]],
      [
        ["id": "2", "name": "A", "untranslatedName": "Won't Do"],
        ["id": "1", "name": "B", "untranslatedName": "Fixed"],
      ],
    ] as [[JSON]])
  func `a resolution in another language is chosen by what it is, and named by its id`(
    offered: [JSON]
  ) throws {
    let screen = FieldMetadata(
      fieldID: "resolution", name: "Lösung", isRequired: true, hasDefaultValue: false,
      allowedValues: offered)
    let next = try #require(choice(from: [step("5", to: "Fertig", requires: [screen])]).next)
    #expect(next.fields == ["resolution": ["id": "1"]])
  }

  /// Catches a resolution that nobody knows being given to an issue as if it said that the debt is gone.
  @Test
  func `where nobody knows a resolution, it is for a person, who reads what the screen offers`() {
    let only = step("5", to: "Done", requires: [resolution(["Superseded", "Duplicate"])])
    let (next, obstacles) = choice(from: [only])
    #expect(next == nil)
    #expect(obstacles.count == 1 && obstacles[0].contains("Superseded, Duplicate"))
    #expect(obstacles[0].contains("'resolved'"))
  }

  @Test
  func `where every resolution says that nothing was fixed, it is for a person`() {
    let only = step("5", to: "Done", requires: [resolution(["Won't Do", "Duplicate"])])
    let (next, obstacles) = choice(from: [only])
    #expect(next == nil)
    #expect(obstacles.count == 1)
    #expect(
      obstacles[0].hasPrefix("the transition to Done requires Resolution, which no column gives"))
  }

  /// Catches going round: the issue would be moved about, and stand somewhere else at the end.
  @Test
  func `a step that leads straight there and asks for something is not gone around`() {
    let ways = [
      step("5", to: "Done", requires: [reviewer]), step("3", to: "In Progress", .indeterminate),
    ]
    let (next, obstacles) = choice(from: ways)
    #expect(next == nil)
    #expect(obstacles == ["the transition to Done requires Reviewer, which no column gives"])
  }

  @Test
  func `a required field that the issue has is kept by JIRA, and asked of nobody`() throws {
    let next = try #require(
      choice(from: [step("5", to: "Done", requires: [reviewer])], filled: ["customfield_1"]).next)
    #expect(next.fields.isEmpty)
  }

  @Test
  func `among statuses of one kind the named one comes first, in any case, and a refusal last`() {
    let ways = [step("1", to: "Cancelled"), step("2", to: "Closed"), step("3", to: "DONE")]
    #expect(choice(from: ways).next?.transition.id == "3")
    #expect(choice(from: Array(ways.dropLast())).next?.transition.id == "2")
    #expect(choice(from: [ways[0]]).next?.transition.id == "1")
  }

  @Test(arguments: ["Done", "done", "Fertig", "s2", "Erledigt durch"])
  func `the named status is found in any language, by id, and by what a list says of its id`(
    name: String
  ) {
    var path = TransitionPath(
      target: StatusTarget(category: .done, preferredName: name), start: Self.toDo)
    path.names.statuses = NameList([
      TranslatedName(id: "s2", shown: "Erledigt durch", untranslated: "Done")
    ])
    let ways = [step("1", to: "Geschlossen"), step("2", to: "Fertig")]
    #expect(path.choose(from: ways)?.transition.id == "2")
  }
}
