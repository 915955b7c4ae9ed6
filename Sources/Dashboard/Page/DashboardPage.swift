/// The page at `/`: whether all is well, and what to do where it is not.
///
/// One document without scripts and without anything from elsewhere.
struct DashboardPage: Sendable {
  let outcome: SnapshotSource.Outcome
  let readiness: Readiness
  let counts: ProcessMetrics.Counts
  let uptime: Duration
  /// The worker that answers.
  let name: String
  let version: String
  let refresh: RefreshInterval
  let nonce: String

  /// The document.
  var html: HTML {
    let snapshot: Snapshot?
    let failure: String?
    switch outcome {
    case .taken(let taken): (snapshot, failure) = (taken, nil)
    case .failed(let reason): (snapshot, failure) = (nil, reason)
    }
    let attention = Attention.list(snapshot, failure: failure, readiness: readiness)
    let state =
      attention.contains { $0.level == .error } ? "error" : attention.isEmpty ? "ok" : "warning"
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      \(refreshTag)<title>\(title(attention)) · jira-sync</title>
      <link rel="icon" href="\(PageStyle.icon(state))">
      <style nonce="\(nonce)">\(PageStyle.sheet)</style></head>
      <body><a class="skip" href="#main">Skip to the content</a>
      \(header(snapshot, state: state, attention: attention))
      <main id="main">\(banner(attention))\(content(snapshot))</main>
      \(footer)</body></html>
      """
  }

  private var refreshTag: HTML {
    switch refresh {
    case .off: ""
    case .seconds(let seconds):
      "<meta http-equiv=\"refresh\" content=\"\(String(seconds))\">\n"
    }
  }

  private func title(_ attention: [Attention]) -> String {
    attention.first.map(\.title) ?? "All is well"
  }

  // MARK: - Head and foot

  private func header(_ snapshot: Snapshot?, state: String, attention: [Attention]) -> HTML {
    let project: HTML
    if let snapshot, let site = snapshot.siteURL, let key = snapshot.project {
      let parts = PageParts(now: snapshot.now, site: site)
      let address = site.split(separator: "//").last.map(String.init) ?? site
      project =
        parts.site.map {
          "<a href=\"\($0)\" rel=\"noreferrer noopener\"><b>\(key)</b> on \(address)</a>"
        } ?? "<b>\(key)</b> on \(address)"
    } else if snapshot != nil {
      project = "<span class=\"dim\">no JIRA site was reached yet</span>"
    } else {
      project = ""
    }
    let word = state == "ok" ? "All is well" : state == "error" ? "Needs attention" : "Worth a look"
    let taken: HTML =
      snapshot.map {
        "<span>as of <time datetime=\"\(Figures.instant($0.now))\">\(Figures.clock($0.now)) UTC</time></span>"
      } ?? ""
    let choices = RefreshInterval.choices.map { choice -> HTML in
      choice == refresh
        ? "<b aria-current=\"true\">\(choice.label)</b>"
        : "<a href=\"/?refresh=\(choice.parameter)\">\(choice.label)</a>"
    }
    return """
      <header><div class="brand"><h1>jira-sync</h1><span class="state \(state)">\(word)</span></div>\
      <div class="project">\(project)</div>\
      <nav class="dim" aria-label="Refresh">\(taken)<span class="refresh">refresh \(choices)</span></nav></header>
      """
  }

  private var footer: HTML {
    let memory =
      ProcessFacts.current().residentBytes.map { " · \(Figures.megabytes($0)) resident" } ?? ""
    return """
      <footer class="dim">Answered by worker <b>\(name)</b>, up \(Figures.span(uptime / .seconds(1)))\(memory) · \
      jira-sync \(version) · <a href="/metrics">metrics</a> · <a href="/readyz">readyz</a> · \
      <a href="/healthz">healthz</a></footer>
      """
  }

  private func banner(_ attention: [Attention]) -> HTML {
    guard !attention.isEmpty else { return "" }
    let items = attention.map { item -> HTML in
      let title: HTML =
        item.anchor.map { "<a href=\"#\($0)\">\(item.title)</a>" } ?? "\(item.title)"
      return """
        <li class="\(item.level.rawValue)"><span class="mark" aria-hidden="true"></span>\
        <div><b><span class="hidden">\(item.level.rawValue): </span>\(title)</b><p>\(item.text)</p></div></li>
        """
    }
    return "<ul class=\"attention\" aria-label=\"Needs attention\">\(items)</ul>"
  }

  // MARK: - In between

  private func content(_ snapshot: Snapshot?) -> HTML {
    guard let snapshot else { return activity }
    let parts = PageParts(now: snapshot.now, site: snapshot.siteURL)
    let details = snapshot.details ?? Snapshot.Details()
    return """
      \(QueueSection(snapshot: snapshot, parts: parts).tiles)
      <div class="columns">\(QueueSection(snapshot: snapshot, parts: parts).table)\
      \(SiteSection(snapshot: snapshot, parts: parts).html)</div>
      \(activity)
      \(TroubleSection(snapshot: snapshot, details: details, parts: parts).html)
      <div class="columns">\(FleetSection(details: details, own: name, parts: parts).html)\
      \(ScheduleSection(schedules: snapshot.schedules, parts: parts).html)</div>
      \(HistorySection(details: details, parts: parts).html)
      """
  }

  private var activity: HTML { ActivityChart(minutes: counts.lastHour).section }
}
