/// What this worker did in the last hour, a bar a minute.
struct ActivityChart: Sendable {
  /// Sixty minutes, the present one last.
  let minutes: [ProcessMetrics.Minute]

  private static let height = 64
  private static let step = 12

  var section: HTML {
    let done = minutes.map(\.done).reduce(0, +)
    let failed = minutes.map(\.failed).reduce(0, +)
    let words = "\(Figures.grouped(done)) done, \(Figures.grouped(failed)) failed"
    return """
      <section id="activity" aria-labelledby="activity-title"><div class="head"><h2 id="activity-title">\
      The last hour of this worker</h2><span class="dim">\(words)\(peak)</span></div>\(chart(words))</section>
      """
  }

  private var peak: String {
    largest == 0 ? "" : " · most in a minute: \(Figures.grouped(largest))"
  }

  private var largest: Int { minutes.map { $0.done + $0.failed }.max() ?? 0 }

  private func chart(_ words: String) -> HTML {
    let width = minutes.count * Self.step
    let scale = Double(Self.height) / Double(max(largest, 1))
    var bars = ""
    for (index, minute) in minutes.enumerated() where minute.done + minute.failed > 0 {
      let x = index * Self.step
      // What happened at all is seen, however little it is beside the rest.
      let failed = minute.failed == 0 ? 0 : max(Int(Double(minute.failed) * scale), 2)
      let done = minute.done == 0 ? 0 : max(Int(Double(minute.done) * scale), 2)
      let top = max(Self.height - failed - done, 0)
      let ago = minutes.count - 1 - index
      let label =
        "\(ago == 0 ? "this minute" : "\(ago) min ago"): \(minute.done) done, \(minute.failed) failed"
      bars += "<g><title>\(label)</title>"
      if done > 0 {
        bars += #"<rect class="done" x="\#(x)" y="\#(top)" width="9" height="\#(done)" rx="1"/>"#
      }
      if failed > 0 {
        bars +=
          #"<rect class="failed" x="\#(x)" y="\#(top + done)" width="9" height="\#(failed)" rx="1"/>"#
      }
      bars += "</g>"
    }
    return """
      <svg class="chart" viewBox="0 0 \(String(width)) \(String(Self.height + 1))" preserveAspectRatio="none" \
      role="img" aria-label="Jobs a minute: \(words)"><line x1="0" y1="\(String(Self.height))" \
      x2="\(String(width))" y2="\(String(Self.height))"/>\(HTML(markup: bars))</svg>\
      <div class="axis dim" aria-hidden="true"><span>60 min ago</span><span>30</span><span>now</span></div>
      """
  }
}
