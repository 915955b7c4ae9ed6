import Foundation
import JSON
import Jira
import Simulation
import Testing

/// Values get into fields and out of them unchanged, once they are cut to what JIRA holds.
@Suite struct FieldCodecTests {
  private static let types: [FieldType] = [
    .summary, .description, .text, .paragraph, .url, .number, .date, .dateTime, .select,
    .multiSelect, .checkboxes, .cascadingSelect, .user, .multiUser, .labels, .priority,
    .resolution, .issueType, .project, .parent, .components, .versions, .version,
  ]

  /// A value of the kind that the type takes.
  private func value(_ type: FieldType, _ generator: inout SeededGenerator) -> FieldValue {
    let text = generator.text()
    switch type {
    case .number:
      let digits = Int64.random(in: .min ... .max, using: &generator)
      let exponent = Int.random(in: -20...20, using: &generator)
      return .number(Decimal(string: "\(digits)e\(exponent)") ?? 0)
    case .date:
      return FieldCodec.canonical(
        "2026-0\(Int.random(in: 1...9, using: &generator))-1\(Int.random(in: 0...9, using: &generator))",
        as: .date)
    case .dateTime:
      return .instant(
        Int64.random(in: -62_135_596_800_000...253_402_300_799_999, using: &generator))
    case .cascadingSelect:
      return .cascade(parent: text, child: Bool.random(using: &generator) ? generator.text() : nil)
    case .user: return .user(text)
    case _ where type.isSet:
      return .set(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in generator.text(upTo: 8) })
    case .select, .priority, .resolution, .issueType, .project, .parent, .version:
      return .option(text)
    default: return .text(text)
    }
  }

  @Test(arguments: types, [JiraDialect.cloud, .dataCenter])
  func `what was written is read`(type: FieldType, dialect: JiraDialect) throws {
    var generator = SeededGenerator(for: "FieldCodecTests \(type)")
    for _ in 0..<150 {
      let fitted = FieldCodec.fit(value(type, &generator), as: type, dialect: dialect)
      let again = FieldCodec.fit(fitted, as: type, dialect: dialect)
      #expect(again == fitted, "seed \(generator.seed)")
      let json = try FieldCodec.encode(fitted, as: type, dialect: dialect)
      // Over the wire, too: what the bytes say is what counts.
      let sent = try JSON(parsing: json.data)
      let read = FieldCodec.decode(sent, as: type, dialect: dialect)
      #expect(read == DecodedField(fitted), "seed \(generator.seed)")
    }
  }

  @Test func `rich text is a document on cloud and markup on data center`() throws {
    let text = FieldValue.text("a *b*")
    #expect(
      try FieldCodec.encode(text, as: .description, dialect: .cloud)
        == ADF.document(from: "a *b*"))
    #expect(
      try FieldCodec.encode(text, as: .description, dialect: .dataCenter) == #"a \*b*"#)
    #expect(try FieldCodec.encode(text, as: .text, dialect: .cloud) == "a *b*")
  }

  @Test func `people are named as the site names them`() throws {
    let user = FieldValue.user("ada")
    #expect(try FieldCodec.encode(user, as: .user, dialect: .cloud) == ["accountId": "ada"])
    #expect(try FieldCodec.encode(user, as: .user, dialect: .dataCenter) == ["name": "ada"])
  }

  @Test(arguments: types)
  func `nothing is null or an empty array`(type: FieldType) throws {
    let expected: JSON = type.isSet ? [] : nil
    #expect(try FieldCodec.encode(.empty, as: type, dialect: .cloud) == expected)
    #expect(FieldCodec.decode(.null, as: type, dialect: .cloud) == DecodedField(.empty))
  }

  @Test func `a description that was cleared is empty whichever way it reads`() throws {
    let empty = ADF.document(from: "")
    #expect(FieldCodec.decode(empty, as: .description, dialect: .cloud) == DecodedField(.empty))
    #expect(FieldCodec.decode(nil, as: .description, dialect: .cloud) == DecodedField(.empty))
    #expect(FieldCodec.decode("", as: .description, dialect: .dataCenter) == DecodedField(.empty))
  }

  @Test func `what does not fit is refused without saying the value`() throws {
    #expect(throws: FieldCodecError.mismatch(value: "text", type: .number)) {
      try FieldCodec.encode(.text("secret"), as: .number, dialect: .cloud)
    }
    #expect(throws: FieldCodecError.notWritable(.status)) {
      try FieldCodec.encode(.option("Done"), as: .status, dialect: .cloud)
    }
    #expect(throws: FieldCodecError.self) {
      try FieldCodec.encode(.date("2026-02-30"), as: .date, dialect: .cloud)
    }
    #expect(throws: FieldCodecError.self) {
      try FieldCodec.encode(.instant(.max), as: .dateTime, dialect: .cloud)
    }
    #expect(throws: FieldCodecError.self) {
      try FieldCodec.encode(.number(.nan), as: .number, dialect: .cloud)
    }
  }

  /// Broken variant: reading a shape that is not understood as an empty field, and clearing the row.
  @Test(arguments: types)
  func `a field that is not understood is not empty`(type: FieldType) throws {
    let hostile: [JSON] = [true, [1, nil], ["x": ["y": "z"]], [["value": 7]]]
    for json in hostile {
      let read = FieldCodec.decode(json, as: type, dialect: .cloud)
      #expect(!read.isReadable)
      #expect(read.isLossy)
    }
  }

  @Test func `options read from their full form`() throws {
    let option = try JSON(parsing: #"{"self":"x","value":"A","id":"1","child":{"value":"B"}}"#)
    #expect(FieldCodec.decode(option, as: .select, dialect: .cloud).value == .option("A"))
    #expect(
      FieldCodec.decode(option, as: .cascadingSelect, dialect: .cloud).value
        == .cascade(parent: "A", child: "B"))
    #expect(
      FieldCodec.decode(["b", "a", "b"], as: .labels, dialect: .cloud).value == .set(["a", "b"]))
  }

  @Test func `numbers are what JIRA keeps of them`() throws {
    func fit(_ text: String) throws -> FieldValue {
      FieldCodec.fit(.number(try #require(Decimal(string: text))), as: .number)
    }
    #expect(try fit("3.0") == .number(3))
    #expect(
      try fit("0.1")
        == FieldCodec.decode(try JSON(parsing: "0.1"), as: .number, dialect: .cloud).value)
    #expect(
      try fit("12345678901234567890")
        == .number(try #require(Decimal(string: "12345678901234567000"))))
  }

  @Test func `text of a column becomes the fields kind of value`() {
    #expect(FieldCodec.canonical(" 3.50 ", as: .number) == .number(3.5))
    #expect(FieldCodec.canonical("3.5.1", as: .number) == .text("3.5.1"))
    #expect(FieldCodec.canonical("1,5", as: .number) == .text("1,5"))
    #expect(FieldCodec.canonical("2026-01-02", as: .dateTime) == .instant(1_767_312_000_000))
    #expect(FieldCodec.canonical("2026-01-02T23:30:00-0500", as: .date) == .date("2026-01-03"))
    #expect(FieldCodec.canonical("High", as: .priority) == .option("High"))
    #expect(FieldCodec.canonical("two words", as: .labels) == .set(["two_words"]))
    #expect(FieldCodec.canonical(" \n ", as: .select) == .empty)
  }
}
