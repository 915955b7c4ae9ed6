import JSON
import Jira
import Simulation
import Testing

@testable import Mapping
@testable import Planning

/// Random histories at a JIRA that ignores or alters some fields of what it accepts.
struct UnstoredHistoryTests {
  /// What is done with what came back; the right way, or one that loses data.
  enum Reading: Sendable, CaseIterable {
    case threeValues
    /// What came back is taken for agreed where the field is only pushed, and for JIRA's change elsewhere.
    case whatCameBackIsTrue
    /// What was not stored is sent again at each run.
    case sendsForEver
  }

  /// A row and its issue, and what a JIRA of a bad day does to some fields.
  struct World {
    let mapping: ResolvedMapping
    var row: Row
    var issue: IssueSnapshot
    var base: Base
    var ignored: Set<String> = []
    var altered: Set<String> = []
    var now = 0.0
    /// The last value that a person gave each field of the row.
    var meant: [String: FieldValue] = [:]
    var writesInARow = 0
    var violations: [String] = []

    func rowSide(_ name: String) -> FieldValue? {
      mapping[name].flatMap { try? rowValue($0, row: row) }
    }

    func issueSide(_ name: String) -> FieldValue? {
      mapping[name].map { issueValue($0, issueFields: issue.fields, dialect: .cloud).value }
    }

    mutating func run(_ reading: Reading) {
      let withheld =
        reading == .sendsForEver ? [] : base.withheld(row: row, mapping: mapping, now: now)
      var plan = plan(
        base: base, row: .present(row), issue: .present(issue), mapping: mapping,
        withheld: withheld)
      writesInARow = plan.issueWrites.isEmpty ? 0 : writesInARow + 1
      if writesInARow > 4 { violations.append("the issue is written for ever") }
      let sending = Base.Sending(at: now, row: mapping.digest(of: row))
      for write in plan.issueWrites where !ignored.contains(write.field) {
        issue.fields[write.fieldID] =
          altered.contains(write.field) ? Self.alter(write.json) : write.json
      }
      for write in plan.issueWrites {
        guard let field = mapping[write.field], let held = issueSide(write.field) else { continue }
        let value = SentValue(sent: write.value, before: write.old, held: held, type: write.type)
        if reading == .whatCameBackIsTrue {
          if !field.mapping.direction.pulls { plan.newBase.fields[write.field]?.issue = held }
        } else {
          plan.newBase.note(
            value, value.outcome(isEdited: false), field: field, previous: base.fields[write.field],
            sending: sending)
        }
      }
      for write in plan.rowWrites {
        row[write.column] = write.new
        if ["notes", "workflows", "layer_name", "layer_number"].contains(write.field),
          rowSide(write.field) != meant[write.field]
        {
          violations.append(
            "\(write.field): the row's value was replaced by what JIRA did not store")
        }
      }
      base = plan.newBase
    }

    /// Drops the last of several values, rounds a number, and cuts a document.
    private static func alter(_ json: JSON) -> JSON {
      switch json {
      case .array(let elements): elements.count > 1 ? .array(elements.dropLast()) : .null
      case .null: .null
      case .number: 7
      case .object where json["type"] == "doc":
        [
          "type": "doc", "version": 1,
          "content": [["type": "paragraph", "content": [["type": "text", "text": "altered"]]]],
        ]
      default: ["value": "Models"]
      }
    }
  }

  private func history(_ reading: Reading, _ random: inout SeededGenerator) throws -> World {
    let mapping = try SampleSite.resolved()
    let start = SampleSite.linked(mapping)
    var world = World(mapping: mapping, row: start.row, issue: start.issue, base: start.base)
    let names = ["notes", "workflows", "layer_name", "layer_number"]
    for name in names { world.meant[name] = world.rowSide(name) }
    for step in 0..<12 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        world.row["notes"] = random.pick(["a", "b", .null])
        world.row["workflows"] = random.pick([["WF1"], ["WF1", "WF2", "WF3"], []])
        world.row["layer_name"] = random.pick(["Routers", "Services"])
        world.row["layer_number"] = random.pick([1, 2, 3])
        for name in names { world.meant[name] = world.rowSide(name) }
        world.writesInARow = 0
      case 1:
        world.ignored = random.happens(oneIn: 2) ? [random.pick(names)] : []
        world.altered = random.happens(oneIn: 2) ? [random.pick(names)] : []
        world.writesInARow = 0
      case 2 where step > 3:
        world.now += 90_000
        world.writesInARow = 0
      default: break
      }
      for _ in 0..<Int.random(in: 1...6, using: &random) { world.run(reading) }
    }
    // JIRA stores everything again, and a day goes by.
    world.ignored = []
    world.altered = []
    world.now += 90_000
    world.writesInARow = 0
    for _ in 0..<3 { world.run(reading) }
    for name in names where world.rowSide(name) != world.issueSide(name) {
      world.violations.append("\(name): the sides differ, and nothing says so")
    }
    return world
  }

  @Test
  func `No row loses a value, nothing is written for ever, and the next day both sides agree`()
    throws
  {
    var random = SeededGenerator(seed: SeededGenerator.runSeed)
    for number in 0..<400 {
      let world = try history(.threeValues, &random)
      try #require(
        world.violations.isEmpty,
        "JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed), history \(number): \(world.violations)")
    }
  }

  @Test(arguments: [Reading.whatCameBackIsTrue, .sendsForEver])
  func `The checker catches who believes what came back, and who sends it again at each run`(
    _ reading: Reading
  ) throws {
    var random = SeededGenerator(seed: SeededGenerator.runSeed)
    var caught = false
    for _ in 0..<400 where !caught {
      caught = try !history(reading, &random).violations.isEmpty
    }
    #expect(caught)
  }
}
