/// How the page looks: a style sheet, and an icon whose color says how things are.
enum PageStyle {
  /// A dot in the color of the state, as a data address.
  ///
  /// - Parameter state: ok, warning or error.
  /// - Returns: the address.
  static func icon(_ state: String) -> String {
    let color = state == "error" ? "d1242f" : state == "warning" ? "bf8700" : "1a7f37"
    return
      "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E"
      + "%3Ccircle cx=%228%22 cy=%228%22 r=%227%22 fill=%22%23\(color)%22/%3E%3C/svg%3E"
  }

  static let sheet = HTML(
    markup: """
      :root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#1c2128;--dim:#59636e;--line:#d9dee4;\
      --link:#0550ae;--ok:#116329;--ok-bg:#dafbe1;--warning:#7d4e00;--warning-bg:#fff5d6;--error:#a40e26;\
      --error-bg:#ffebe9;--busy:#0550ae;--busy-bg:#ddf0ff;--quiet-bg:#eaeef2;--bar:#2f81f7;--bad:#d1242f}
      @media(prefers-color-scheme:dark){:root{--page:#0d1117;--card:#161b22;--ink:#e6edf3;--dim:#9aa4af;\
      --line:#30363d;--link:#79b8ff;--ok:#56d364;--ok-bg:#12361f;--warning:#e3b341;--warning-bg:#3a2a05;\
      --error:#ff9a93;--error-bg:#4a1519;--busy:#79b8ff;--busy-bg:#0f2d4d;--quiet-bg:#262c34;--bar:#388bfd;--bad:#f85149}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;\
      font-variant-numeric:tabular-nums}
      a{color:var(--link)}a:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--link);outline-offset:2px}
      .skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
      header,main,footer{max-width:88rem;margin:0 auto;padding:0 1.5rem}
      header{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.5rem;padding-top:1.25rem;padding-bottom:1.25rem}
      .brand{display:flex;align-items:center;gap:.75rem}
      h1{font-size:1.25rem;margin:0;letter-spacing:-.01em}
      h2{font-size:.95rem;margin:0}
      .project a{text-decoration:none;color:inherit}.project a:hover{text-decoration:underline}
      nav{margin-left:auto;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
      .refresh a,.refresh b{margin-left:.5rem}
      .state{padding:.15rem .7rem .15rem 1.6rem;border-radius:2rem;font-weight:600;position:relative}
      .state::before{content:"";position:absolute;left:.7rem;top:50%;width:.55rem;height:.55rem;margin-top:-.275rem;\
      border-radius:50%;background:currentColor}
      .ok{color:var(--ok)}.state.ok,.pill.ok{background:var(--ok-bg)}
      .state.warning,.pill.warning{background:var(--warning-bg);color:var(--warning)}
      .state.error,.pill.error{background:var(--error-bg);color:var(--error)}
      .pill.busy{background:var(--busy-bg);color:var(--busy)}.pill.quiet{background:var(--quiet-bg);color:var(--ink)}
      .pill{display:inline-block;padding:0 .5rem;border-radius:.6rem;font-size:.8rem;font-weight:600;white-space:nowrap}
      .dim{color:var(--dim)}.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
      ul{list-style:none;margin:0;padding:0}
      .attention{display:grid;gap:.5rem;margin-bottom:1.25rem}
      .attention li{display:flex;gap:.75rem;background:var(--card);border:1px solid var(--line);border-radius:.5rem;\
      padding:.6rem .9rem;overflow-wrap:anywhere}
      .attention p{margin:0;color:var(--dim)}.attention a{color:inherit}
      .mark{flex:none;width:.3rem;border-radius:.2rem}
      .attention .error .mark{background:var(--bad)}.attention .warning .mark{background:var(--warning)}
      .attention .error b{color:var(--error)}.attention .warning b{color:var(--warning)}
      .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin-bottom:1.25rem}
      .tile,section{background:var(--card);border:1px solid var(--line);border-radius:.5rem}
      .tile{padding:.7rem .9rem;display:flex;flex-direction:column}
      .tile .label{font-weight:600;color:var(--dim);font-size:.8rem}
      .tile .figure{font-size:1.75rem;line-height:1.25;font-weight:600;letter-spacing:-.02em}
      .tile .dim{font-size:.8rem}
      .tile.busy .figure{color:var(--busy)}.tile.error .figure,td.error{color:var(--error);font-weight:600}
      .tile.warning .figure,td.warning{color:var(--warning);font-weight:600}
      .columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr));gap:1.25rem;align-items:start}
      section{padding:.9rem 1rem;margin-bottom:1.25rem;min-width:0;scroll-margin-top:1rem}
      section:target{border-color:var(--link)}
      .head{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;margin-bottom:.5rem}
      .small{grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));align-items:stretch}
      .scroll{overflow-x:auto}.key{white-space:nowrap}
      table{border-collapse:collapse;width:100%}caption{position:absolute;clip-path:inset(50%);height:1px;overflow:hidden}
      th,td{text-align:left;vertical-align:top;padding:.35rem .9rem .35rem 0;border-top:1px solid var(--line);font-weight:400}
      td.n+td,th.n+th{padding-left:1rem}
      thead th{border-top:0;color:var(--dim);font-size:.8rem;white-space:nowrap;padding-top:0}
      tbody th{font-weight:500}.n{text-align:right}th:last-child,td:last-child{padding-right:0}
      time,code{white-space:nowrap}code,.value,.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.85em}
      .path,.value,.error-text{overflow-wrap:anywhere;min-width:11rem;display:inline-block}
      .number{font-weight:600}td.error-text{display:table-cell;min-width:18rem;color:var(--error)}
      .value{white-space:pre-wrap;max-height:6em;overflow:hidden}
      .facts{margin:0}.facts div{display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:.5rem;padding:.35rem 0;\
      border-top:1px solid var(--line)}
      .facts div:first-child{border-top:0}.facts dt{color:var(--dim)}.facts dd{margin:0;overflow-wrap:anywhere}
      .facts p{margin:.15rem 0 0}.reason{color:var(--error)}
      .nothing{margin:0;color:var(--dim)}
      .chart{display:block;width:100%;height:4.5rem}.chart line{stroke:var(--line);vector-effect:non-scaling-stroke}
      .chart .done{fill:var(--bar)}.chart .failed{fill:var(--bad)}
      .axis{display:flex;justify-content:space-between;font-size:.8rem}
      footer{padding-bottom:2rem}
      @media(max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}nav{margin-left:0}\
      .facts div{grid-template-columns:minmax(0,1fr);gap:0}}
      @media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
      """)
}

/// What tells the page's own style sheet from an injected one.
enum Nonce {
  /// 128 random bits in hexadecimal digits.
  static func random() -> String {
    var random = SystemRandomNumberGenerator()
    return [random.next(), random.next()].map { (bits: UInt64) in
      let digits = String(bits, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
