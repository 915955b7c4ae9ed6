import JSON

/// Reads the nodes of a document as lines of text, whatever they are.
///
/// Depth and length are bounded, so that no document can take the process down.
struct ADFReader {
  /// Whether anything was met that plain text cannot express.
  private(set) var isLossy = false
  /// How many more UTF-8 bytes of text are taken in.
  private var room = 1024 * 1024

  private static let deepest = 100

  /// The text of each block.
  mutating func blocks(_ nodes: [JSON], depth: Int) -> [String] {
    guard depth < Self.deepest else {
      isLossy = true
      return []
    }
    var result: [String] = []
    for node in nodes {
      guard let text = block(node, depth: depth + 1) else { continue }
      result.append(text)
    }
    return result
  }

  /// The text of one block; nil where there is none to show.
  private mutating func block(_ node: JSON, depth: Int) -> String? {
    let content = node["content"]?.array ?? []
    let type = node["type"]?.string ?? ""
    if type == "paragraph" {
      // Marks of a paragraph are its alignment and indentation.
      if node["marks"]?.array?.isEmpty == false { isLossy = true }
      return inline(content, depth: depth)
    }
    isLossy = true
    switch type {
    case "heading", "codeBlock", "taskItem", "decisionItem", "caption":
      return inline(content, depth: depth)
    case "blockquote":
      return prefixed(blocks(content, depth: depth).joined(separator: "\n\n"), "> ", "> ")
    case "rule": return "----"
    case "bulletList": return list(content, depth: depth) { _ in "- " }
    case "orderedList":
      let first = node["attrs"]?["order"]?.integer ?? 1
      return list(content, depth: depth) { "\(first &+ $0). " }
    case "taskList":
      let done = content.map { $0["attrs"]?["state"]?.string == "DONE" }
      return list(content, depth: depth) { done[$0] ? "[x] " : "[ ] " }
    case "decisionList": return list(content, depth: depth) { _ in "- " }
    case "table":
      return content.map { row($0, depth: depth) }.joined(separator: "\n")
    case "expand", "nestedExpand":
      let title = node["attrs"]?["title"]?.string.map { [take($0)] } ?? []
      return (title + blocks(content, depth: depth)).joined(separator: "\n\n")
    case "media", "mediaInline", "blockCard", "embedCard", "extension":
      return leaf(node)
    default:
      if content.isEmpty || isInline(type) { return inline([node], depth: depth) }
      let parts = blocks(content, depth: depth)
      return parts.isEmpty ? nil : parts.joined(separator: "\n\n")
    }
  }

  private func isInline(_ type: String) -> Bool { type == "text" || type == "hardBreak" }

  private mutating func list(
    _ items: [JSON], depth: Int, marker: (Int) -> String
  ) -> String {
    var lines: [String] = []
    for (index, item) in items.enumerated() {
      let isNested = item["type"]?.string?.hasSuffix("List") == true
      let text =
        item["type"]?.string == "listItem"
        ? blocks(item["content"]?.array ?? [], depth: depth + 1).joined(separator: "\n")
        : block(item, depth: depth + 1) ?? ""
      lines.append(
        isNested ? prefixed(text, "  ", "  ") : prefixed(text, marker(index), "  "))
    }
    return lines.joined(separator: "\n")
  }

  private mutating func row(_ row: JSON, depth: Int) -> String {
    var cells: [String] = []
    for cell in row["content"]?.array ?? [] {
      let text = blocks(cell["content"]?.array ?? [], depth: depth + 1).joined(separator: " ")
      cells.append(CanonicalText.line(text))
    }
    return cells.joined(separator: " | ")
  }

  /// The text of nodes that stand within a line.
  private mutating func inline(_ nodes: [JSON], depth: Int) -> String {
    guard depth < Self.deepest else {
      isLossy = true
      return ""
    }
    var text = ""
    for node in nodes {
      switch node["type"]?.string {
      case "text":
        text += take(node["text"]?.string ?? "")
        if let marks = node["marks"]?.array, !marks.isEmpty {
          isLossy = true
          text += target(of: marks, unlike: node["text"]?.string ?? "")
        }
      case "hardBreak": text += take("\n")
      default:
        isLossy = true
        text += leaf(node)
        if let content = node["content"]?.array { text += inline(content, depth: depth + 1) }
      }
    }
    return text
  }

  /// Where a link leads, unless its text says so already.
  private mutating func target(of marks: [JSON], unlike text: String) -> String {
    let link = marks.first { $0["type"]?.string == "link" }
    guard let address = link?["attrs"]?["href"]?.string, address != text else { return "" }
    return take(" (\(address))")
  }

  /// What stands for a node without content of its own.
  private mutating func leaf(_ node: JSON) -> String {
    let attributes = node["attrs"] ?? .null
    switch node["type"]?.string {
    case "mention":
      let name = attributes["text"]?.string ?? attributes["id"]?.string ?? ""
      return take(name.hasPrefix("@") ? name : "@" + name)
    case "date":
      let milliseconds =
        attributes["timestamp"]?.string.flatMap { Int64($0) }
        ?? attributes["timestamp"]?.integer.map { Int64($0) }
      return take(milliseconds.flatMap(JiraTimestamp.day) ?? "")
    case "media", "mediaInline", "mediaSingle", "mediaGroup":
      let name = attributes["alt"]?.string ?? attributes["id"]?.string ?? ""
      return take("[media: \(name)]")
    case "extension", "inlineExtension", "bodiedExtension":
      return take(attributes["text"]?.string ?? "")
    default:
      for name in ["text", "shortName", "url", "title"] {
        if let text = attributes[name]?.string { return take(text) }
      }
      return take(node["text"]?.string ?? "")
    }
  }

  /// Puts a marker before the first line and blanks before the others.
  private mutating func prefixed(_ text: String, _ first: String, _ others: String) -> String {
    var isFirst = true
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      defer { isFirst = false }
      return (isFirst ? first : others) + line
    }
    // Nested lists pay for their margins, or a deep and long one would grow by the square.
    return take(lines.joined(separator: "\n"), counting: lines.count * others.utf8.count)
  }

  /// As much of a text as there is room for.
  private mutating func take(_ text: String, counting: Int? = nil) -> String {
    let size = counting ?? text.utf8.count
    guard size <= room else {
      isLossy = true
      room = 0
      return ""
    }
    room -= size
    return text
  }
}
