import JSON

/// The Atlassian Document Format, in which Cloud keeps rich text.
///
/// https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
public enum ADF {
  /// Makes a document of plain text.
  ///
  /// Blank lines part paragraphs, single line ends become hard breaks, further blank lines empty paragraphs, so that
  /// reading the document gives the canonical text again.
  ///
  /// - Parameter text: any text; it is brought into canonical form.
  /// - Returns: the document; without content for a text without any.
  public static func document(from text: String) -> JSON {
    let canonical = CanonicalText.lines(text)
    let content = canonical.isEmpty ? [] : paragraphs(canonical)
    return .object(["version": 1, "type": "doc", "content": .array(content)])
  }

  /// Reads a document as plain text.
  ///
  /// - Parameter document: any JSON; what is not a document gives an empty text.
  /// - Returns: the text in canonical form, and whether `document(from:)` would lose something of the document.
  public static func text(of document: JSON) -> (text: String, lossy: Bool) {
    if document.isNull { return ("", false) }
    guard document["type"]?.string == "doc" else { return ("", true) }
    var reader = ADFReader()
    let text = reader.blocks(document["content"]?.array ?? [], depth: 0).joined(separator: "\n\n")
    return (CanonicalText.lines(text), reader.isLossy)
  }

  private static func paragraphs(_ text: String) -> [JSON] {
    var result: [JSON] = []
    var inline: [JSON] = []
    var line = String.UnicodeScalarView()
    var newlines = 0

    func endLine() {
      // JIRA refuses text nodes without text.
      if !line.isEmpty { inline.append(["type": "text", "text": .string(String(line))]) }
      line = String.UnicodeScalarView()
    }
    func endParagraph() {
      endLine()
      result.append(
        inline.isEmpty
          ? ["type": "paragraph", "content": []]
          : ["type": "paragraph", "content": .array(inline)])
      inline = []
    }

    for scalar in text.unicodeScalars {
      guard scalar == "\n" else {
        if newlines == 1 {
          endLine()
          inline.append(["type": "hardBreak"])
        }
        newlines = 0
        line.append(scalar)
        continue
      }
      newlines += 1
      if newlines == 2 {
        endParagraph()
        newlines = 0
      }
    }
    endParagraph()
    return result
  }
}
