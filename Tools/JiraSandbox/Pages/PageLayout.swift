/// What all pages share.
enum PageLayout {
  /// A whole page.
  static func page(title: String, _ content: HTML) -> HTML {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title)</title><style>\(style)</style></head>
    <body><header><a href="/">JIRA sandbox</a></header><main>\(content)</main></body></html>
    """
  }

  /// The lozenge of a status.
  static func lozenge(_ status: Status?) -> HTML {
    guard let status else { return "" }
    return "<span class=\"status \(status.category.rawValue)\">\(status.name)</span>"
  }

  private static let style = HTML(
    markup: """
      :root{color-scheme:light dark;--line:#8883;--dim:#7d8590;--link:#0c66e4}
      *{box-sizing:border-box}
      body{margin:0;font:15px/1.5 system-ui,sans-serif}
      header{padding:.8rem 1.5rem;border-bottom:1px solid var(--line);font-weight:600}
      main{max-width:70rem;margin:1.5rem auto;padding:0 1.5rem}
      a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
      h1{font-size:1.5rem;margin:.3rem 0 1rem;overflow-wrap:anywhere}
      h2{font-size:1rem;margin:2rem 0 .6rem}
      table{border-collapse:collapse;width:100%}
      td,th{text-align:left;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
      th{font-weight:500;color:var(--dim);white-space:nowrap}
      td{overflow-wrap:anywhere}
      .status{display:inline-block;font-size:.75rem;font-weight:600;padding:.05rem .5rem;border-radius:.3rem;white-space:nowrap}
      .new{background:#8884}.indeterminate{background:#0c66e433;color:var(--link)}.done{background:#1f845a33;color:#1f845a}
      .line{white-space:nowrap}
      .changes{table-layout:fixed}.changes th:first-child{width:8rem}.changes th{white-space:normal}
      .columns{display:grid;grid-template-columns:minmax(0,2fr) minmax(18rem,1fr);gap:2.5rem}
      @media(max-width:55rem){.columns{grid-template-columns:minmax(0,1fr)}}
      .text{white-space:pre-wrap;overflow-wrap:anywhere}
      .dim{color:var(--dim);font-size:.85rem}
      .comment{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem;margin:.6rem 0}
      form.actions{display:inline-flex;gap:.4rem;margin:0 .5rem .5rem 0}
      button,select,input{font:inherit;padding:.3rem .7rem;border:1px solid var(--line);border-radius:.4rem;background:transparent;color:inherit}
      select option{color:CanvasText;background:Canvas}
      button{cursor:pointer}button:hover{border-color:var(--link)}
      .button{display:inline-block;padding:.3rem .7rem;border:1px solid var(--line);border-radius:.4rem;color:inherit}
      form.edit{max-width:44rem}form.edit label{display:block;margin:1rem 0 .2rem;font-weight:500}
      form.edit input,form.edit textarea,form.edit select{width:100%;font:inherit}
      textarea{padding:.3rem .7rem;border:1px solid var(--line);border-radius:.4rem;background:transparent;color:inherit}
      input[type=search]{width:100%;max-width:28rem}
      .problem{border:1px solid #c9372c;border-radius:.4rem;padding:.5rem .9rem;color:#c9372c}
      """)
}
