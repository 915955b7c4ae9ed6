import JSON

/// Writes ADF as wiki markup.
enum WikiWriter {
  /// The wiki markup of a document.
  static func markup(from document: JSON) -> String {
    blocks(document["content"]?.array ?? [])
  }

  private static func blocks(_ nodes: [JSON]) -> String {
    nodes.map(block).joined(separator: "\n\n")
  }

  private static func block(_ node: JSON) -> String {
    let content = node["content"]?.array ?? []
    switch node["type"]?.string {
    case "paragraph": return inline(content)
    case "heading": return "h\(node["attrs"]?["level"]?.integer ?? 1). \(inline(content))"
    case "bulletList": return list(content, mark: "*")
    case "orderedList": return list(content, mark: "#")
    case "codeBlock":
      return "{code}\n\(ADF.plainText(of: node))\n{code}"
    case "rule": return "----"
    case "blockquote": return "{quote}\n\(blocks(content))\n{quote}"
    case "panel": return "{panel}\n\(blocks(content))\n{panel}"
    case "table": return content.map(row).joined(separator: "\n")
    default: return content.isEmpty ? ADF.plainText(of: node) : blocks(content)
    }
  }

  private static func row(_ node: JSON) -> String {
    let cells = node["content"]?.array ?? []
    return cells.map { cell in
      (cell["type"] == "tableHeader" ? "||" : "|") + blocks(cell["content"]?.array ?? [])
    }.joined() + (cells.last?["type"] == "tableHeader" ? "||" : "|")
  }

  private static func list(_ items: [JSON], mark: String) -> String {
    items.map { item in
      (item["content"]?.array ?? []).enumerated().map { place, child in
        switch child["type"]?.string {
        case "bulletList": list(child["content"]?.array ?? [], mark: mark + "*")
        case "orderedList": list(child["content"]?.array ?? [], mark: mark + "#")
        default: place == 0 ? "\(mark) \(block(child))" : block(child)
        }
      }.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  private static func inline(_ nodes: [JSON]) -> String {
    nodes.map { node in
      guard node["type"] == "text", let text = node["text"]?.string else {
        return ADF.plainText(of: node)
      }
      return (node["marks"]?.array ?? []).reduce(escaped(text)) { marked($0, text, by: $1) }
    }.joined()
  }

  private static func marked(_ text: String, _ plain: String, by mark: JSON) -> String {
    switch mark["type"]?.string {
    case "strong": "*\(text)*"
    case "em": "_\(text)_"
    case "strike": "-\(text)-"
    case "underline": "+\(text)+"
    case "code": "{{\(plain)}}"
    case "link": "[\(text)|\(mark["attrs"]?["href"]?.string ?? "")]"
    default: text
    }
  }

  /// Puts a backslash before what would otherwise be markup.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "{}[]*_|\\".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
