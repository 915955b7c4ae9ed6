import JSON
import Jira
import Simulation
import Testing

/// Values are cut to what JIRA holds, in a way that cutting again does not change.
@Suite struct FieldFitTests {
  private func text(_ value: FieldValue) throws -> String {
    guard case .text(let text) = value else { throw NotText() }
    return text
  }

  private struct NotText: Error {}

  @Test func `a summary is one line of255 UTF16 units`() throws {
    let exact = String(repeating: "x", count: 255)
    #expect(FieldCodec.fit(.text(exact), as: .summary) == .text(exact))
    let cut = try text(FieldCodec.fit(.text(exact + "y"), as: .summary))
    #expect(cut == String(repeating: "x", count: 254) + "…")
    #expect(FieldCodec.fit(.text("a\nb"), as: .summary) == .text("a b"))
  }

  /// Broken variant: counting characters, by which 255 emoji are twice too long for JIRA.
  @Test func `length is counted as JIRA counts`() throws {
    let cut = try text(FieldCodec.fit(.text(String(repeating: "𝒳", count: 200)), as: .text))
    #expect(cut.utf16.count == 255)
    #expect(cut.hasSuffix("𝒳…"))
  }

  /// Broken variant: cutting within a family of emoji, which shows as something else or not at all.
  @Test func `what people see as one is not cut apart`() throws {
    let family = "👩‍👩‍👧"
    let cut = try text(FieldCodec.fit(.text(String(repeating: family, count: 60)), as: .text))
    #expect(cut.dropLast().allSatisfy { String($0) == family })
    #expect(cut.utf16.count <= 255)
  }

  @Test func `one endless character is cut anyhow`() throws {
    let endless = "x" + String(repeating: "\u{333}", count: 40_000)
    for type in [FieldType.text, .paragraph] {
      let fitted = FieldCodec.fit(.text(endless), as: type)
      #expect(try text(fitted).utf16.count <= 32_767)
      #expect(FieldCodec.fit(fitted, as: type) == fitted)
    }
  }

  @Test func `blanks before the cut do not stay`() throws {
    let spaced = String(repeating: "x", count: 200) + String(repeating: " ", count: 100) + "y"
    let cut = try text(FieldCodec.fit(.text(spaced), as: .text))
    #expect(cut == String(repeating: "x", count: 200) + "…")
  }

  @Test func `rich text has32767 units`() throws {
    let exact = String(repeating: "x", count: 32_767)
    #expect(FieldCodec.fit(.text(exact), as: .paragraph) == .text(exact))
    // JIRA may count more than we do, so what is cut is cut with a margin.
    #expect(try text(FieldCodec.fit(.text(exact + "y"), as: .paragraph)).utf16.count == 32_000)
  }

  /// Broken variant: measuring the text instead of the markup, which the site then refuses as too long.
  @Test func `on data center the markup must fit`() throws {
    let special = String(repeating: "{", count: 30_000)
    #expect(FieldCodec.fit(.text(special), as: .paragraph) == .text(special))
    let fitted = FieldCodec.fit(.text(special), as: .paragraph, dialect: .dataCenter)
    let markup = try FieldCodec.encode(fitted, as: .paragraph, dialect: .dataCenter)
    #expect((markup.string ?? "").utf16.count <= 32_767)
    #expect(FieldCodec.fit(fitted, as: .paragraph, dialect: .dataCenter) == fitted)
  }

  @Test func `labels have no blanks`() {
    #expect(
      FieldCodec.fit(.set(["b c", "a\td", " b c ", ""]), as: .labels) == .set(["a_d", "b_c"]))
    #expect(FieldCodec.fit(.set([" "]), as: .labels) == .empty)
  }

  @Test func `long texts fit whatever they are made of`() throws {
    var generator = SeededGenerator(for: "FieldFitTests")
    for _ in 0..<100 {
      let value = FieldValue.text(generator.text(upTo: 400))
      for type in [FieldType.summary, .text, .select] {
        let fitted = FieldCodec.fit(value, as: type)
        #expect(FieldCodec.fit(fitted, as: type) == fitted, "seed \(generator.seed)")
        if case .text(let text) = fitted {
          #expect(text.utf16.count <= 255, "seed \(generator.seed)")
        }
      }
    }
  }

  @Test func `an address is not cut`() throws {
    let address = "https://example.com/" + String(repeating: "x", count: 300)
    #expect(FieldCodec.fit(.text(address), as: .url) == .text(address))
  }
}
