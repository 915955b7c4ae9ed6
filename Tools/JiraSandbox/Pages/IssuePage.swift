import Foundation
import JSON

/// The page of one issue.
struct IssuePage {
  let site: Site
  let issue: Issue
  /// What went wrong with the last action, in JIRA's words.
  var problem: String?

  /// The page.
  var html: HTML {
    let summary = issue.fields["summary"]?.string ?? ""
    let problem: HTML = problem.map { "<p class=\"problem\">\($0)</p>" } ?? ""
    return PageLayout.page(
      title: "\(issue.key) \(summary)",
      """
      <div class="dim">\(issue.key)</div><h1>\(summary)</h1>\(problem)
      <p>\(PageLayout.lozenge(site.status(issue.statusID)))</p>
      <div>\(site.transitions(from: issue.statusID).map(action)) <a class="button" href="/browse/\(issue.key)/edit">Edit fields</a></div>
      <div class="columns"><section>\(documents)
      <h2>Comments</h2>\(comments)
      <h2>History</h2>\(history)</section>
      <aside><h2>Fields</h2><table>\(site.fields.map(row))</table></aside></div>
      """)
  }

  private func action(_ edge: Transition) -> HTML {
    let options = site.resolutions.map { resolution -> HTML in
      "<option value=\"\(resolution.id)\">\(resolution.name)</option>"
    }
    let resolution: HTML =
      edge.asksForResolution
      ? "<select name=\"resolution\" required aria-label=\"Resolution\"><option value=\"\">Resolution…</option>\(options)</select>"
      : ""
    return """
      <form class="actions" method="post" action="/browse/\(issue.key)/transition">
      <input type="hidden" name="transition" value="\(edge.id)">\(resolution)
      <button>\(edge.name) → \(site.status(edge.to)?.name ?? "")</button></form>
      """
  }

  private var documents: [HTML] {
    site.fields.filter { $0.kind == .richText }.compactMap { field in
      guard let text = RichText(stored: issue.fields[field.id])?.plainText, !text.isEmpty else {
        return nil
      }
      return "<h2>\(field.name)</h2><div class=\"text\">\(text)</div>"
    }
  }

  private func row(_ field: FieldDefinition) -> HTML {
    let text = text(of: field)
    guard !text.isEmpty else { return "" }
    return "<tr><th>\(field.name)</th><td>\(text)</td></tr>"
  }

  private func text(of field: FieldDefinition) -> String {
    let stored = issue.fields[field.id]
    func names(_ list: [NamedValue], _ ids: [String]) -> String {
      ids.compactMap { id in list.first { $0.id == id }?.name }.joined(separator: ", ")
    }
    let ids = stored?.string.map { [$0] } ?? stored?.array?.compactMap(\.string) ?? []
    switch field.kind {
    case .text where field.id == "summary": return ""
    case .text, .url, .day: return stored?.string ?? ""
    case .number: return stored?.number?.description ?? ""
    case .labels: return ids.joined(separator: ", ")
    case .option, .options:
      return ids.compactMap { field.option($0)?.value }.joined(separator: ", ")
    case .cascade: return ids.compactMap { field.option($0)?.value }.joined(separator: " / ")
    case .people: return ids.compactMap { site.person($0)?.displayName }.joined(separator: ", ")
    case .versions: return names(site.versions, ids)
    case .parent: return stored?["key"]?.string ?? ""
    case .priority: return names(site.priorities, ids)
    case .components: return names(site.components, ids)
    case .issueType: return names(site.issueTypes, [issue.typeID])
    case .resolution: return names(site.resolutions, issue.resolutionID.map { [$0] } ?? [])
    case .person:
      let id = field.id == "creator" ? issue.creator : stored?.string
      return id.map { site.person($0)?.displayName ?? "Former user" } ?? ""
    case .instant:
      switch field.id {
      case "created": return site.zone.readable(issue.created)
      case "updated": return site.zone.readable(issue.updated)
      case "resolutiondate": return issue.resolved.map(site.zone.readable) ?? ""
      default: return stored?.int64.map(site.zone.readable) ?? ""
      }
    case .project: return site.projectName
    case .richText, .status, .key, .comments: return ""
    }
  }

  private var comments: [HTML] {
    guard !issue.comments.isEmpty else { return ["<p class=\"dim\">None yet.</p>"] }
    return issue.comments.map { comment in
      """
      <div class="comment"><div class="dim">\(name(comment.author)), \(site.zone.readable(comment.created))</div>
      <div class="text">\(comment.body.plainText)</div></div>
      """
    }
  }

  private var history: [HTML] {
    guard !issue.history.isEmpty else { return ["<p class=\"dim\">None yet.</p>"] }
    return issue.history.reversed().map { entry in
      let rows = entry.items.map { item -> HTML in
        """
        <tr><th>\(item.field)</th><td class="text">\(item.fromText ?? "—")</td><td class="text">\(item.toText ?? "—")</td></tr>
        """
      }
      return """
        <div class="comment"><div class="dim">\(name(entry.author)), \(site.zone.readable(entry.created))</div>
        <table class="changes"><tr><th>Field</th><th>From</th><th>To</th></tr>\(rows)</table></div>
        """
    }
  }

  private func name(_ accountID: String) -> String {
    site.person(accountID)?.displayName ?? "Former user"
  }
}
