/// How JIRA is: whether it can be called, how fast, and how far its changes were followed.
struct SiteSection: Sendable {
  let snapshot: Snapshot
  let parts: PageParts

  var html: HTML {
    parts.section(
      "jira", "JIRA",
      "<dl class=\"facts\">\(circuit)\(budget)\(blocks)\(snapshot.polls.map(poll))\(noPoll)</dl>")
  }

  private func fact(_ name: String, _ value: HTML) -> HTML {
    "<div><dt>\(name)</dt><dd>\(value)</dd></div>"
  }

  private var circuit: HTML {
    let facts = snapshot.circuit
    guard facts.state != "closed" else {
      return fact("Circuit", "\(parts.pill("closed", "ok")) JIRA can be called")
    }
    let probes = facts.probes == 1 ? "1 probe" : "\(Figures.grouped(facts.probes)) probes"
    return fact(
      "Circuit",
      """
      \(parts.pill(facts.state == "half_open" ? "half open" : "open", "error")) \(parts.ago(facts.since)), \
      \(facts.cause ?? "for an unknown cause"), by \(facts.openedBy ?? "a worker"); \(probes) failed, \
      next \(parts.ago(facts.nextProbeAt))<p class="reason">\(facts.reason ?? "")</p>
      """)
  }

  private var budget: HTML {
    let rate =
      snapshot.budget.rate.map { rate in
        rate == rate.rounded() ? "\(Int(rate)) calls a second" : "\(rate) calls a second"
      } ?? "no ceiling"
    return fact(
      "Budget", "\(rate) for all workers · \(snapshot.budget.callsToday) calls today (UTC)")
  }

  private var blocks: HTML {
    guard !snapshot.budget.blocks.isEmpty else {
      return fact("Limits of JIRA", "none at the moment")
    }
    let list = snapshot.budget.blocks.map { block -> HTML in
      """
      <li>\(parts.pill(block.scope, "warning")) for \(Figures.span(block.until - snapshot.now)) more\
      <p class="reason">\(block.reason ?? "")</p></li>
      """
    }
    return fact("Limits of JIRA", "<ul class=\"plain\">\(list)</ul>")
  }

  private func poll(_ poll: Snapshot.PollFacts) -> HTML {
    let state: HTML
    if let since = poll.failingSince {
      state = """
        \(parts.pill("failing", "error")) began \(parts.ago(since))<p class="reason">\(poll.error ?? "")</p>
        """
    } else {
      state = "last came to its end \(parts.ago(poll.finishedAt))"
    }
    let sweep: HTML
    if let error = poll.sweepError {
      sweep = "<p class=\"reason\">sweep: \(error)</p>"
    } else if let sweptAt = poll.sweptAt {
      sweep =
        "<p class=\"dim\">swept \(parts.ago(sweptAt)), \(poll.issuesMissed) issues missing</p>"
    } else {
      sweep = ""
    }
    return """
      \(fact("Poll of \(poll.project)", "\(state)\(sweep)"))\
      \(fact("Watermark", "newest change seen \(parts.ago(poll.watermark))"))
      """
  }

  private var noPoll: HTML {
    snapshot.polls.isEmpty ? fact("Poll", "<span class=\"dim\">not polled yet</span>") : ""
  }
}
