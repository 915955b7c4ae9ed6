import JSON

/// The page that lists issues.
struct ListPage {
  let site: Site
  let issues: [Issue]
  let search: String

  /// More than a person looks through.
  private static let longest = 500

  /// The page.
  var html: HTML {
    let found = issues.filter(matches).sorted { $0.id > $1.id }
    let shown = found.prefix(ListPage.longest)
    let count =
      found.count > shown.count
      ? "The newest \(shown.count) of \(found.count) issues"
      : found.count == 1 ? "1 issue" : "\(found.count) issues"
    return PageLayout.page(
      title: "Issues",
      """
      <h1>\(site.projectName) (\(site.projectKey))</h1>
      <form><input type="search" name="q" value="\(search)" placeholder="Search key, summary, path, label"> <button>Search</button></form>
      <p class="dim">\(count)</p>
      <table><thead><tr><th>Key</th><th>Summary</th><th>Status</th><th>Updated</th></tr></thead>
      <tbody>\(shown.map(row))</tbody></table>
      """)
  }

  private func row(_ issue: Issue) -> HTML {
    """
    <tr><td class="line"><a href="/browse/\(issue.key)">\(issue.key)</a></td>
    <td>\(issue.fields["summary"]?.string ?? "")</td>
    <td>\(PageLayout.lozenge(site.status(issue.statusID)))</td>
    <td class="dim line">\(site.zone.readable(issue.updated))</td></tr>
    """
  }

  private func matches(_ issue: Issue) -> Bool {
    let words = search.lowercased().split(whereSeparator: \.isWhitespace)
    guard !words.isEmpty else { return true }
    let labels = issue.fields["labels"]?.array?.compactMap(\.string) ?? []
    let texts = issue.fields.values.compactMap(\.string) + labels
    let text = ([issue.key, site.status(issue.statusID)?.name ?? ""] + texts)
      .joined(separator: "\n").lowercased()
    return words.allSatisfy { text.contains($0) }
  }
}
