import Foundation
import JSON

/// The page on which a person edits the fields of an issue.
///
/// Every value is a text: people, components and versions by name, sets with a comma or a line for each, a cascading option as `parent / child`.
struct EditPage {
  let site: Site
  let issue: Issue
  /// What was entered, where it was refused.
  var form: [String: [String]] = [:]
  /// Why it was refused.
  var refusal: Refusal?

  /// The page.
  var html: HTML {
    let summary = issue.fields["summary"]?.string ?? ""
    let problem: HTML =
      refusal.map { refusal in
        let named = refusal.errors.sorted { $0.key < $1.key }.map { id, text in
          "\(site.field(id)?.name ?? id): \(text)"
        }
        return "<p class=\"problem\">\((refusal.messages + named).joined(separator: " "))</p>"
      } ?? ""
    return PageLayout.page(
      title: "Edit \(issue.key)",
      """
      <div class="dim"><a href="/browse/\(issue.key)">\(issue.key)</a></div><h1>Edit \(summary)</h1>\(problem)
      <form class="edit" method="post" action="/browse/\(issue.key)/edit">\(editable.map(line))
      <p><button>Save</button> <a href="/browse/\(issue.key)">Cancel</a></p></form>
      """)
  }

  private var editable: [FieldDefinition] {
    site.fields.filter { $0.isOnEditScreen && $0.kind != .issueType && $0.kind != .project }
  }

  private func line(_ field: FieldDefinition) -> HTML {
    let value = form[field.id]?.first ?? text(of: field)
    return """
      <label for="\(field.id)">\(field.name)\(hint(field))</label>\(input(field, value))
      """
  }

  private func input(_ field: FieldDefinition, _ value: String) -> HTML {
    switch field.kind {
    case .richText:
      return "<textarea id=\"\(field.id)\" name=\"\(field.id)\" rows=\"5\">\n\(value)</textarea>"
    case .option, .priority:
      let names =
        field.kind == .priority
        ? site.priorities.map(\.name) : field.options.filter { !$0.isDisabled }.map(\.value)
      let all = names.contains(value) || value.isEmpty ? names : names + [value]
      let options = all.map { name -> HTML in
        let selected: HTML = name == value ? " selected" : ""
        return "<option\(selected)>\(name)</option>"
      }
      return
        "<select id=\"\(field.id)\" name=\"\(field.id)\"><option value=\"\"></option>\(options)</select>"
    default:
      return "<input id=\"\(field.id)\" name=\"\(field.id)\" value=\"\(value)\">"
    }
  }

  /// What may be entered, where it is not obvious.
  private func hint(_ field: FieldDefinition) -> HTML {
    let text: String? =
      switch field.kind {
      case .options: field.options.map(\.value).joined(separator: ", ")
      case .cascade: "parent / child"
      case .components: site.components.map(\.name).joined(separator: ", ")
      case .versions: site.versions.map(\.name).joined(separator: ", ")
      case .person, .people: site.people.map(\.displayName).joined(separator: ", ")
      case .day: "YYYY-MM-DD"
      case .instant: "YYYY-MM-DDThh:mm:ss.000+0000"
      case .labels: "with blanks between them"
      case .parent: "key of an issue"
      default: nil
      }
    return text.map { " <span class=\"dim\">\($0)</span>" } ?? ""
  }

  /// A field's value as it stands in the form.
  private func text(of field: FieldDefinition) -> String {
    let stored = issue.fields[field.id]
    let ids = stored?.string.map { [$0] } ?? stored?.array?.compactMap(\.string) ?? []
    func names(_ list: [NamedValue]) -> String {
      ids.compactMap { id in list.first { $0.id == id }?.name }.joined(separator: ", ")
    }
    switch field.kind {
    case .text, .url, .day: return stored?.string ?? ""
    case .richText: return RichText(stored: stored)?.plainText ?? ""
    case .number: return stored?.number?.description ?? ""
    case .instant: return stored?.int64.map(site.zone.text) ?? ""
    case .option, .options:
      return ids.compactMap { field.option($0)?.value }.joined(separator: ", ")
    case .cascade: return ids.compactMap { field.option($0)?.value }.joined(separator: " / ")
    case .labels: return ids.joined(separator: " ")
    case .person, .people:
      return ids.compactMap { site.person($0)?.displayName }.joined(separator: ", ")
    case .priority: return names(site.priorities)
    case .components: return names(site.components)
    case .versions: return names(site.versions)
    case .parent: return stored?["key"]?.string ?? ""
    case .project, .issueType, .status, .resolution, .key, .comments: return ""
    }
  }

  /// The fields of an edit in version 3 of the API, for what is other than the issue has it.
  ///
  /// - Parameter form: the texts by field id.
  /// - Returns: JSON by field id.
  func changes(_ form: [String: [String]]) -> [String: JSON] {
    var changes: [String: JSON] = [:]
    for field in editable {
      guard let entered = form[field.id]?.first?.replacing("\r\n", with: "\n") else { continue }
      if entered != text(of: field) { changes[field.id] = json(entered.trimmingBlanks, field) }
    }
    return changes
  }

  private func json(_ text: String, _ field: FieldDefinition) -> JSON {
    let parts = text.split(whereSeparator: { $0 == "," || $0.isNewline })
      .map { String($0).trimmingBlanks }.filter { !$0.isEmpty }
    switch field.kind {
    case .options: return .array(parts.map { ["value": .string($0)] })
    case .labels: return .array(text.split(whereSeparator: \.isWhitespace).map { .string("\($0)") })
    case .people: return .array(parts.map(person))
    case .components, .versions: return .array(parts.map { ["name": .string($0)] })
    case _ where text.isEmpty: return .null
    case .richText: return document(text)
    case .number: return Decimal(string: text).map { .number($0) } ?? .string(text)
    case .option: return ["value": .string(text)]
    case .cascade:
      let levels = text.split(separator: "/", maxSplits: 1).map { String($0).trimmingBlanks }
      guard levels.count > 1 else { return ["value": .string(text)] }
      return ["value": .string(levels[0]), "child": ["value": .string(levels[1])]]
    case .person: return person(text)
    case .priority: return ["name": .string(text)]
    case .parent: return ["key": .string(text)]
    default: return .string(text)
    }
  }

  /// A document of plain paragraphs: what is entered is text, not markup.
  private func document(_ text: String) -> JSON {
    let paragraphs = text.split(separator: "\n\n").map { paragraph -> JSON in
      var nodes: [JSON] = []
      for line in paragraph.split(separator: "\n", omittingEmptySubsequences: false) {
        if !nodes.isEmpty { nodes.append(["type": "hardBreak"]) }
        if !line.isEmpty { nodes.append(["type": "text", "text": .string(String(line))]) }
      }
      return ["type": "paragraph", "content": .array(nodes)]
    }
    return ["type": "doc", "version": 1, "content": .array(paragraphs)]
  }

  /// A user by the shown name, in the form that the site's deployment wants.
  private func person(_ name: String) -> JSON {
    let found = site.people.first { [$0.displayName, $0.email, $0.name].contains(name) }
    switch site.deployment {
    case .cloud: return ["accountId": .string(found?.accountID ?? name)]
    case .server: return ["name": .string(found?.name ?? name)]
    }
  }
}
