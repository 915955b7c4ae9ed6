import JobQueue

/// Pieces that several sections are made of.
struct PageParts: Sendable {
  let now: Double
  /// Where issues are looked at; nil where that is unknown or no web address.
  let site: String?

  init(now: Double, site: String?) {
    self.now = now
    self.site = site.flatMap { url in
      url.hasPrefix("https://") || url.hasPrefix("http://") ? url : nil
    }
  }

  /// A section with a heading that can be linked to.
  func section(_ id: String, _ title: String, note: HTML = "", _ content: HTML) -> HTML {
    """
    <section id="\(id)" aria-labelledby="\(id)-title"><div class="head"><h2 id="\(id)-title">\(title)</h2>\
    <span class="dim">\(note)</span></div>\(content)</section>
    """
  }

  /// A table; wide ones scroll by themselves, also with the keyboard.
  func table(_ caption: String, columns: [Column], rows: [HTML]) -> HTML {
    let heads = columns.map { column -> HTML in
      "<th scope=\"col\"\(column.isNumber ? HTML(markup: " class=\"n\"") : "")>\(column.title)</th>"
    }
    return """
      <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table><caption>\(caption)</caption>\
      <thead><tr>\(heads)</tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }

  /// One column of a table.
  struct Column: Sendable, ExpressibleByStringLiteral {
    let title: String
    var isNumber = false

    init(stringLiteral title: String) { self.title = title }

    static func number(_ title: String) -> Column {
      var column = Column(stringLiteral: title)
      column.isNumber = true
      return column
    }
  }

  /// Sections that have something to show, whole; those that have not, small and side by side.
  func sections(_ sections: [(html: HTML, isEmpty: Bool)]) -> HTML {
    let full = sections.filter { !$0.isEmpty }.map(\.html)
    let empty = sections.filter(\.isEmpty).map(\.html)
    return empty.isEmpty ? "\(full)" : "\(full)<div class=\"small columns\">\(empty)</div>"
  }

  /// What stands where a list has nothing.
  func nothing(_ text: String) -> HTML { "<p class=\"nothing\">\(text)</p>" }

  /// A row of a synced table.
  func row(_ row: Snapshot.Row) -> HTML {
    guard let key = row.key else { return "<span class=\"dim\">–</span>" }
    let number: HTML = row.number.map { "<b class=\"number\">\($0)</b> " } ?? ""
    guard let label = row.label else {
      return "\(number)<span class=\"dim\">\(key.description)</span>"
    }
    // A long path is broken behind a slash.
    let steps = label.split(separator: "/", omittingEmptySubsequences: false).map { step -> HTML in
      "\(String(step))"
    }
    let broken = HTML(markup: steps.map(\.text).joined(separator: "/<wbr>"))
    return "\(number)<bdi class=\"path\">\(broken)</bdi>"
  }

  /// An issue, which leads to JIRA.
  func issue(_ key: String?) -> HTML {
    guard let key else { return "<span class=\"dim\">–</span>" }
    guard let site, key.utf8.allSatisfy(Self.isKey) else { return "\(key)" }
    return "<a class=\"key\" href=\"\(site)/browse/\(key)\" rel=\"noreferrer noopener\">\(key)</a>"
  }

  /// A value of either side.
  func value(_ text: String?) -> HTML {
    guard let text else { return "<i class=\"dim\">nothing</i>" }
    if text.isEmpty { return "<i class=\"dim\">empty</i>" }
    return "<bdi class=\"value\">\(text)</bdi>"
  }

  func ago(_ time: Double?) -> HTML { Figures.ago(time, now: now) }

  /// A word with a color; the word alone says it.
  func pill(_ text: String, _ look: String) -> HTML {
    "<span class=\"pill \(look)\">\(text)</span>"
  }

  private static func isKey(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
