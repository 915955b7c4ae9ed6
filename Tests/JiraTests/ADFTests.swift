import JSON
import Jira
import Simulation
import Testing

/// Plain text survives the way into a document and back; what would not is called lossy.
@Suite struct ADFTests {
  private func paragraph(_ content: JSON...) -> JSON {
    ["type": "paragraph", "content": .array(content)]
  }

  private func doc(_ blocks: JSON...) -> JSON {
    ["version": 1, "type": "doc", "content": .array(blocks)]
  }

  private func text(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

  @Test func `blank lines part paragraphs and single line ends break`() {
    #expect(
      ADF.document(from: "one\ntwo\n\nthree")
        == doc(
          paragraph(text("one"), ["type": "hardBreak"], text("two")), paragraph(text("three"))))
    #expect(ADF.document(from: " \n ") == doc())
    #expect(
      ADF.document(from: "a\n\n\n\nb")
        == doc(paragraph(text("a")), paragraph(), paragraph(text("b"))))
  }

  /// Broken variant: splitting at blank lines and dropping empty pieces, by which three line ends become two.
  @Test func `every text comes back as it was`() {
    var generator = SeededGenerator(for: "ADFTests")
    for _ in 0..<3_000 {
      let text = generator.text()
      let read = ADF.text(of: ADF.document(from: text))
      #expect(read.text == CanonicalText.lines(text), "seed \(generator.seed)")
      #expect(Array(read.text.utf8) == Array(CanonicalText.lines(text).utf8))
      #expect(!read.lossy, "seed \(generator.seed)")
    }
  }

  @Test func `no document has an empty text node`() {
    var generator = SeededGenerator(for: "ADFTests")
    for _ in 0..<500 {
      let document = ADF.document(from: generator.text())
      for block in document["content"]?.array ?? [] {
        for node in block["content"]?.array ?? [] where node["type"] == "text" {
          #expect(node["text"]?.string?.isEmpty == false, "seed \(generator.seed)")
        }
      }
    }
  }

  /// JIRA adds attributes when it stores a document: comparing bytes would find a change each time.
  @Test func `what JIRA adds is no change`() {
    let stored = doc([
      "type": "paragraph", "attrs": ["localId": "4711"], "marks": [],
      "content": [["type": "text", "text": "a", "marks": []], text("b")],
    ])
    let read = ADF.text(of: stored)
    #expect(read.text == "ab")
    #expect(!read.lossy)
  }

  @Test(arguments: [
    (
      #"{"type":"heading","attrs":{"level":1},"content":[{"type":"text","text":"Title"}]}"#, "Title"
    ),
    (
      #"{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"a"}]},{"type":"bulletList","content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"b"}]}]}]}]}]}"#,
      "- a\n  - b"
    ),
    (
      #"{"type":"orderedList","attrs":{"order":3},"content":[{"type":"listItem","content":[{"type":"paragraph","content":[{"type":"text","text":"c"}]}]},{"type":"listItem","content":[]}]}"#,
      "3. c\n4."
    ),
    (
      #"{"type":"taskList","content":[{"type":"taskItem","attrs":{"state":"DONE"},"content":[{"type":"text","text":"t"}]},{"type":"taskItem","content":[{"type":"text","text":"u"}]}]}"#,
      "[x] t\n[ ] u"
    ),
    (#"{"type":"codeBlock","content":[{"type":"text","text":"x\n  y"}]}"#, "x\n  y"),
    (
      #"{"type":"blockquote","content":[{"type":"paragraph","content":[{"type":"text","text":"q"}]}]}"#,
      "> q"
    ),
    (#"{"type":"rule"}"#, "----"),
    (
      #"{"type":"panel","content":[{"type":"paragraph","content":[{"type":"text","text":"p"}]}]}"#,
      "p"
    ),
    (
      #"{"type":"table","content":[{"type":"tableRow","content":[{"type":"tableHeader","content":[{"type":"paragraph","content":[{"type":"text","text":"h"}]}]},{"type":"tableCell","content":[{"type":"paragraph","content":[{"type":"text","text":"v"}]}]}]}]}"#,
      "h | v"
    ),
    (
      #"{"type":"mediaSingle","content":[{"type":"media","attrs":{"id":"9","alt":"x.png"}}]}"#,
      "[media: x.png]"
    ),
    (#"{"type":"blockCard","attrs":{"url":"https://e.com"}}"#, "https://e.com"),
    (
      #"{"type":"expand","attrs":{"title":"T"},"content":[{"type":"paragraph","content":[{"type":"text","text":"e"}]}]}"#,
      "T\n\ne"
    ),
    (#"{"type":"nobodyKnows","attrs":{"text":"shown"}}"#, "shown"),
  ])
  func otherBlocksAreReadableAndLossy(block: String, expected: String) throws {
    let read = ADF.text(of: doc(try JSON(parsing: block)))
    #expect(read.text == expected)
    #expect(read.lossy)
  }

  @Test(arguments: [
    (#"{"type":"text","text":"b","marks":[{"type":"strong"}]}"#, "b"),
    (
      #"{"type":"text","text":"b","marks":[{"type":"link","attrs":{"href":"https://e.com"}}]}"#,
      "b (https://e.com)"
    ),
    (
      #"{"type":"text","text":"https://e.com","marks":[{"type":"link","attrs":{"href":"https://e.com"}}]}"#,
      "https://e.com"
    ),
    (#"{"type":"mention","attrs":{"id":"5","text":"@Ada"}}"#, "@Ada"),
    (#"{"type":"emoji","attrs":{"shortName":":x:","text":"🙂"}}"#, "🙂"),
    (#"{"type":"inlineCard","attrs":{"url":"https://e.com"}}"#, "https://e.com"),
    (#"{"type":"date","attrs":{"timestamp":"1790496191123"}}"#, "2026-09-27"),
    (#"{"type":"status","attrs":{"text":"GO"}}"#, "GO"),
  ])
  func whatStandsInALineIsReadableAndLossy(node: String, expected: String) throws {
    let read = ADF.text(of: doc(paragraph(text("see "), try JSON(parsing: node))))
    #expect(read.text == "see " + expected)
    #expect(read.lossy)
  }

  @Test(arguments: [
    "null", "7", "\"x\"", "[]", "{}", #"{"type":"doc"}"#, #"{"type":"doc","content":7}"#,
    #"{"type":"doc","content":[null,7,"x",[],{}]}"#,
    #"{"type":"doc","content":[{"type":"paragraph","content":[null,{"type":"text"}]}]}"#,
    #"{"type":"doc","content":[{"type":"orderedList","attrs":{"order":9223372036854775807},"content":[{},{}]}]}"#,
    #"{"type":"doc","content":[{"type":"taskList","content":[7]},{"type":"table","content":[7]}]}"#,
  ])
  func `any JSON is read without harm`(document: String) throws {
    _ = ADF.text(of: try JSON(parsing: document))
  }

  @Test func `a document nested without end is cut off`() {
    var block = paragraph(text("deep"))
    for _ in 0..<5_000 { block = ["type": "blockquote", "content": [block]] }
    let read = ADF.text(of: doc(paragraph(text("top")), block))
    #expect(read.text.hasPrefix("top"))
    #expect(!read.text.contains("deep"))
    #expect(read.lossy)
  }

  @Test func `an endless document is cut off`() {
    let long = paragraph(text(String(repeating: "x", count: 700_000)))
    let read = ADF.text(of: doc(long, long, long))
    #expect(read.text.utf8.count <= 1024 * 1024)
    #expect(read.lossy)
  }
}
