import JSON
import SyncConfiguration

/// A message as HTML for mail: tables and styles in attributes, since mail programs know little else.
struct MessageHTML: Sendable, Hashable {
  /// The document.
  let text: String

  /// Writes it.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - site: where JIRA is; nil leaves links out.
  init(_ message: Message, site: String?) {
    let color = Self.color(message)
    let headline = HTMLText.escaped(Headline(message).text)
    var body = ""
    let isSingle = message.items.count == 1
    for item in message.items.prefix(MessageText.limit) {
      let paragraphs = Paragraphs(item, readAt: message.writtenAt)
      if !isSingle {
        body +=
          #"<h2 style="font-size:15px;margin:20px 0 4px">\#(HTMLText.escaped(paragraphs.heading))</h2>"#
      }
      body += Self.section(paragraphs, site: site)
      if let report = item.details["report"]?["tables"]?.string {
        body +=
          #"<pre style="font-size:11px;line-height:1.45;background:#f4f5f7;padding:12px 14px;overflow-x:auto">"#
          + HTMLText.escaped(report) + "</pre>"
      }
    }
    let more = message.items.count - MessageText.limit
    if more > 0 { body += Self.paragraph("And \(more.grouped) more.") }
    text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(headline)</title></head>
      <body style="margin:0;padding:0;background:#f4f5f7">
      <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f5f7"><tr>\
      <td align="center" style="padding:24px 12px">
      <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;\
      background:#ffffff;border-top:4px solid \(color);font-family:-apple-system,'Segoe UI',Helvetica,Arial,\
      sans-serif;font-size:14px;line-height:1.5;color:#172b4d"><tr><td style="padding:20px 28px 24px">
      <h1 style="font-size:18px;line-height:1.35;margin:0 0 12px;overflow-wrap:anywhere">\(headline)</h1>
      \(body)
      <p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #dfe1e6;font-size:12px;color:#5e6c84">\
      jira-sync, \(UTCTime(message.writtenAt).date) \(UTCTime(message.writtenAt).clock) UTC</p>
      </td></tr></table></td></tr></table></body></html>

      """
  }

  private static func section(_ paragraphs: Paragraphs, site: String?) -> String {
    var html = paragraph(HTMLText.lines(paragraphs.body))
    if let count = paragraphs.count { html += paragraph(HTMLText.escaped(count)) }
    if !paragraphs.examples.isEmpty {
      var rows = paragraphs.examples.map { HTMLText.escaped(Headline.line($0)) }
      if paragraphs.more > 0 { rows.append("and \(paragraphs.more.grouped) more") }
      html +=
        #"<ul style="margin:0 0 12px;padding-left:20px;overflow-wrap:anywhere">"#
        + rows.map { "<li>\($0)</li>" }.joined() + "</ul>"
    }
    if let remedy = paragraphs.remedy {
      html += """
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="background:#f4f5f7;\
        padding:10px 14px;overflow-wrap:anywhere"><b>What to do</b><br>\(HTMLText.lines(remedy))</td></tr></table>
        """
    }
    if let key = paragraphs.issueKey, let site {
      let address = HTMLText.escaped("\(site)/browse/\(key)")
      html += paragraph(
        #"<a href="\#(address)" style="color:#0052cc">\#(HTMLText.escaped(key)) in JIRA</a>"#,
        top: 12)
    }
    return html
  }

  private static func paragraph(_ html: String, top: Int = 0) -> String {
    #"<p style="margin:\#(top)px 0 12px;overflow-wrap:anywhere">\#(html)</p>"#
  }

  /// Red, amber, blue; green where something has gone.
  private static func color(_ message: Message) -> String {
    if message.items.allSatisfy({ $0.stage == .resolved }) { return "#00875a" }
    switch message.severity {
    case .error: return "#de350b"
    case .warning: return "#ff991f"
    case .info: return "#0052cc"
    }
  }
}
