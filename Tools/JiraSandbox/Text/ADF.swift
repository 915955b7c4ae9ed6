import JSON

/// The Atlassian Document Format: what is accepted, and what becomes of it.
enum ADF {
  /// What JIRA says to anything that is no document.
  static let expected =
    "Operation value must be an Atlassian Document (see the Atlassian Document Format)"

  /// A document without content.
  static let empty: JSON = ["type": "doc", "version": 1, "content": []]

  private static let blocks: Set<String> = [
    "blockquote", "bodiedExtension", "bulletList", "codeBlock", "decisionList", "expand",
    "extension", "heading", "layoutSection", "mediaGroup", "mediaSingle", "nestedExpand",
    "orderedList", "panel", "paragraph", "rule", "table", "taskList", "blockCard", "embedCard",
  ]
  private static let inner: Set<String> = [
    "caption", "date", "decisionItem", "emoji", "hardBreak", "inlineCard", "inlineExtension",
    "layoutColumn", "listItem", "media", "mediaInline", "mention", "placeholder", "status",
    "tableCell", "tableHeader", "tableRow", "taskItem", "text",
  ]
  /// Nodes that carry no `localId` when JIRA gives them back.
  private static let unnamed: Set<String> = ["text", "hardBreak", "doc"]
  private static let deepest = 300

  /// Whether a value is a document that JIRA takes.
  static func isDocument(_ value: JSON) -> Bool {
    guard value["type"]?.string == "doc", value["version"]?.integer == 1,
      let content = value["content"]?.array
    else { return false }
    return content.allSatisfy { node in
      blocks.contains(node["type"]?.string ?? "") && isNode(node, depth: 1)
    }
  }

  private static func isNode(_ node: JSON, depth: Int) -> Bool {
    guard depth < deepest, let type = node["type"]?.string,
      blocks.contains(type) || inner.contains(type)
    else { return false }
    if type == "text" {
      guard let text = node["text"]?.string, !text.isEmpty else { return false }
      guard let marks = node["marks"] else { return true }
      return marks.array?.allSatisfy { $0["type"]?.string != nil } ?? false
    }
    if type == "heading" {
      guard let level = node["attrs"]?["level"]?.integer, (1...6).contains(level) else {
        return false
      }
    }
    guard let content = node["content"] else { return true }
    return content.array?.allSatisfy { isNode($0, depth: depth + 1) } ?? false
  }

  /// What JIRA keeps of a document: neighbouring texts of one style are joined, empty members go, and blocks get a `localId`.
  ///
  /// So what is read back is never what was sent, byte by byte.
  static func normalised(_ document: JSON) -> JSON {
    var counter = 0
    return normalised(document, counter: &counter)
  }

  private static func normalised(_ node: JSON, counter: inout Int) -> JSON {
    guard case .object(var members) = node, let type = members["type"]?.string else { return node }
    if members["marks"]?.array?.isEmpty == true { members["marks"] = nil }
    if !unnamed.contains(type), members["attrs"]?["localId"] == nil {
      counter += 1
      let digits = String(counter, radix: 16)
      let id = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
      var attributes = members["attrs"]?.object ?? [:]
      attributes["localId"] = .string(id)
      members["attrs"] = .object(attributes)
    }
    if let content = members["content"]?.array {
      var joined: [JSON] = []
      for child in content {
        let child = normalised(child, counter: &counter)
        if let last = joined.last, let merged = merged(last, child) {
          joined[joined.count - 1] = merged
        } else {
          joined.append(child)
        }
      }
      members["content"] = .array(joined)
    }
    return .object(members)
  }

  private static func merged(_ first: JSON, _ second: JSON) -> JSON? {
    guard first["type"] == "text", second["type"] == "text", first["marks"] == second["marks"],
      let head = first["text"]?.string, let tail = second["text"]?.string
    else { return nil }
    var merged = first
    merged["text"] = .string(head + tail)
    return merged
  }

  /// The words of a document, a line for each block.
  static func plainText(of node: JSON) -> String {
    switch node["type"]?.string {
    case "text": return node["text"]?.string ?? ""
    case "hardBreak": return "\n"
    case "mention", "emoji", "status":
      return node["attrs"]?["text"]?.string ?? ""
    case "inlineCard", "blockCard":
      return node["attrs"]?["url"]?.string ?? ""
    case "paragraph", "heading", "codeBlock":
      return (node["content"]?.array ?? []).map(plainText).joined()
    default:
      return (node["content"]?.array ?? []).map(plainText).joined(separator: "\n")
    }
  }
}
