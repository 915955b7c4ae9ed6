import Testing

@testable import Dashboard
@testable import JobQueue

/// The page: complete, harmless whatever stands in the database, and honest where there is nothing or no database.
struct PageTests {
  private static let well: Readiness = {
    var reading = WorkerVitals.Reading(startedAt: .now)
    reading.phase = .working
    reading.turnedAt = .now
    reading.heartbeat.answeredAt = .now
    return Readiness(reading, now: .now)
  }()

  private func page(
    _ outcome: SnapshotSource.Outcome, refresh: RefreshInterval = .seconds(5),
    readiness: Readiness = well
  ) -> String {
    DashboardPage(
      outcome: outcome, readiness: readiness, counts: ProcessMetrics().counts, uptime: .seconds(90),
      name: "host:1", version: "1.2.3", refresh: refresh, nonce: "0123"
    ).html.text
  }

  /// Elements that were opened and not closed, or the other way round; elements that are never closed apart.
  private func unbalanced(_ html: String) -> [String] {
    var open: [String] = []
    let single = ["meta", "link", "br", "wbr", "line", "rect", "!doctype"]
    for part in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
      let tag = part.prefix { $0 != ">" }
      let name = String(tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" && $0 != "\n" })
      if single.contains(name) { continue }
      if tag.hasPrefix("/") {
        guard open.last == name else { return open + ["</\(name)>"] }
        open.removeLast()
      } else {
        open.append(name)
      }
    }
    return open
  }

  @Test
  func `markup in any value is shown as text, in elements and in attributes`() {
    let evil = "\"'><script>alert(1)</script><img src=x onerror=y>\u{202E}&amp;"
    let html = page(.taken(.example(evil)))
    #expect(!html.contains("<script"))
    #expect(!html.contains("<img"))
    #expect(!html.contains("\u{202E}"))
    #expect(html.contains("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(html.contains("&amp;amp;"))
    #expect(unbalanced(html) == [])
    // Shown in each of the places, not left out of some.
    #expect(html.split(separator: "alert(1)").count > 40)
  }

  @Test
  func `an address that is no web address is no link, and a key that is none is not put into one`()
  {
    var snapshot = Snapshot.example("SCRSKY-1")
    #expect(page(.taken(snapshot)).contains("href=\"https://jira.example/browse/SCRSKY-1\""))
    snapshot.siteURL = "javascript:alert(1)"
    #expect(!page(.taken(snapshot)).contains("href=\"javascript"))
    snapshot = .example("../../logout")
    #expect(!page(.taken(snapshot)).contains("/browse/"))
  }

  @Test
  func `nothing comes from elsewhere, and nothing runs`() {
    let html = page(.taken(.example("x")))
    for word in ["<script", "src=", "@import", "url(", " style=\"", "onclick"] {
      #expect(!html.contains(word), "\(word)")
    }
    // The only links that load anything are those that a person follows.
    #expect(html.split(separator: "<link").count == 2)
    #expect(html.contains("<link rel=\"icon\" href=\"data:image/svg+xml,"))
    #expect(html.contains("<style nonce=\"0123\">"))
  }

  @Test
  func `what matters stands there: figures, conflicts, dead jobs, errors, changes`() {
    let html = page(.taken(.example("text")))
    for part in [
      "1,234", "oldest waits 90 s", "JIRA cannot be called", "The queue is paused",
      "7 jobs are dead",
      "2 rows cannot be synced", "1 conflict waits for a decision", "id=\"errors\"", "id=\"dead\"",
      "id=\"conflicts\"", "id=\"changes\"", "id=\"workers\"", "id=\"schedules\"", "12345", "lost",
      "Needs attention", "2026-11-24T",
    ] {
      // The page itself would fill the screen.
      let isThere = html.contains(part)
      #expect(isThere, "\(part)")
    }
  }

  @Test
  func `an empty queue says so in words, and asks nobody for anything`() {
    var snapshot = Snapshot()
    snapshot.now = Snapshot.exampleNow
    snapshot.workersAlive = 1
    snapshot.details = Snapshot.Details()
    let html = page(.taken(snapshot))
    #expect(html.contains("All is well"))
    #expect(!html.contains("class=\"attention\""))
    #expect(html.contains("The queue is empty"))
    #expect(html.contains("No conflict waits"))
    #expect(unbalanced(html) == [])
  }

  @Test
  func `without a database it says so, and what the worker knows by itself`() {
    let html = page(.failed("connection <refused>"))
    #expect(html.contains("The database does not answer"))
    #expect(html.contains("connection &lt;refused&gt;"))
    #expect(html.contains("The last hour of this worker"))
    #expect(html.contains("host:1"))
    #expect(unbalanced(html) == [])
  }

  @Test
  func `it loads itself again as often as is asked for, and not at all where that is`() {
    let snapshot = SnapshotSource.Outcome.taken(.example("x"))
    #expect(page(snapshot).contains("<meta http-equiv=\"refresh\" content=\"5\">"))
    #expect(page(snapshot, refresh: .seconds(3_600)).contains("content=\"3600\""))
    #expect(!page(snapshot, refresh: .off).contains("http-equiv"))
    #expect(RefreshInterval("off") == .off)
    #expect(RefreshInterval("30") == .seconds(30))
    #expect(RefreshInterval("0") == .seconds(5))
    #expect(RefreshInterval("\"><script>") == .seconds(5))
  }

  @Test
  func `spans of time in one unit, and numbers with commas`() {
    #expect(Figures.span(0.42) == "0.4 s")
    #expect(Figures.span(59) == "59 s")
    #expect(Figures.span(600) == "10 min")
    #expect(Figures.span(7_200) == "2 h")
    #expect(Figures.span(400_000) == "5 d")
    #expect(Figures.grouped(0) == "0")
    #expect(Figures.grouped(1_234_567) == "1,234,567")
    #expect(Figures.grouped(-1_000) == "-1,000")
  }
}
