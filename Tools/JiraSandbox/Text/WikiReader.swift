import JSON

/// Reads wiki markup into ADF: headings, lists, code, quotes, rules and the common styles.
enum WikiReader {
  /// The document that a text in wiki markup stands for.
  static func document(from text: String) -> JSON {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasSuffix("\r") ? String($0.dropLast()) : String($0) }[...]
    var blocks: [JSON] = []
    while let line = lines.first {
      let trimmed = line.trimmingBlanks
      if trimmed.isEmpty {
        lines.removeFirst()
      } else if let end = codeEnd(trimmed) {
        blocks.append(code(&lines, end: end))
      } else if trimmed == "----" {
        lines.removeFirst()
        blocks.append(["type": "rule"])
      } else if let level = headingLevel(trimmed) {
        lines.removeFirst()
        blocks.append([
          "type": "heading", "attrs": ["level": .integer(level)],
          "content": .array(WikiInline.nodes(from: String(trimmed.dropFirst(3)).trimmingBlanks)),
        ])
      } else if let type = listType(trimmed) {
        blocks.append(list(&lines, type: type))
      } else {
        blocks.append(paragraph(&lines))
      }
    }
    return ["type": "doc", "version": 1, "content": .array(blocks)]
  }

  private static func headingLevel(_ line: String) -> Int? {
    guard line.hasPrefix("h"), line.dropFirst(2).hasPrefix("."),
      let level = line.dropFirst().first?.wholeNumberValue, (1...6).contains(level)
    else { return nil }
    return level
  }

  private static func listType(_ line: String) -> String? {
    if line.hasPrefix("* ") || line.hasPrefix("- ") { return "bulletList" }
    if line.hasPrefix("# ") { return "orderedList" }
    return nil
  }

  private static func codeEnd(_ line: String) -> String? {
    if line.hasPrefix("{code") { return "{code}" }
    if line.hasPrefix("{noformat") { return "{noformat}" }
    return nil
  }

  private static func code(_ lines: inout ArraySlice<String>, end: String) -> JSON {
    var first = lines.removeFirst().trimmingBlanks
    first = first.firstIndex(of: "}").map { String(first[first.index(after: $0)...]) } ?? ""
    var collected: [String] = []
    if first.hasSuffix(end) {
      collected.append(String(first.dropLast(end.count)))
    } else {
      if !first.isEmpty { collected.append(first) }
      while let line = lines.first {
        lines.removeFirst()
        if line.trimmingBlanks.hasSuffix(end) {
          let rest = String(line.trimmingBlanks.dropLast(end.count))
          if !rest.isEmpty { collected.append(rest) }
          break
        }
        collected.append(line)
      }
    }
    let text = collected.joined(separator: "\n")
    return [
      "type": "codeBlock",
      "content": text.isEmpty ? [] : [["type": "text", "text": .string(text)]],
    ]
  }

  private static func list(_ lines: inout ArraySlice<String>, type: String) -> JSON {
    var items: [JSON] = []
    while let line = lines.first?.trimmingBlanks, listType(line) == type {
      lines.removeFirst()
      let content = WikiInline.nodes(from: String(line.dropFirst(2)))
      items.append([
        "type": "listItem", "content": [["type": "paragraph", "content": .array(content)]],
      ])
    }
    return ["type": .string(type), "content": .array(items)]
  }

  private static func paragraph(_ lines: inout ArraySlice<String>) -> JSON {
    var content: [JSON] = []
    while let line = lines.first {
      let trimmed = line.trimmingBlanks
      if trimmed.isEmpty || trimmed == "----" || codeEnd(trimmed) != nil
        || headingLevel(trimmed) != nil || listType(trimmed) != nil
      {
        break
      }
      lines.removeFirst()
      if !content.isEmpty { content.append(["type": "hardBreak"]) }
      content += WikiInline.nodes(from: line)
    }
    return ["type": "paragraph", "content": .array(content)]
  }
}

extension String {
  /// The text without blanks at its ends.
  var trimmingBlanks: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
