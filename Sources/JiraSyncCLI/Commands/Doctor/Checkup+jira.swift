import FoundationEssentials
import HTTP
import Jira
import Logging
import Mapping
import Postgres
import SyncConfiguration
import SyncEngine

extension Checkup {
  /// JIRA, from the connection to the mapping.
  mutating func checkJira(_ settings: Settings, logger: Logger) async {
    guard let jira = try? settings.jira() else { return }
    let transport = CurlClient()
    var client = JiraClient(
      configuration: jira.configuration, transport: transport, logger: logger)
    do {
      client = try await client.located()
      let info = try await client.serverInfo()
      ok(
        "connection",
        "\(jira.configuration.siteURL), \(info.deploymentType ?? "unknown") \(info.version ?? "")")
      checkClock(info)
    } catch {
      failure("connection", error)
      await transport.shutdown()
      return
    }
    do {
      let account = try await client.myself()
      ok("login", "\(account.displayName) (\(account.id))")
      if let zone = account.timeZone {
        ok("time zone", zone)
      } else {
        warning(
          "time zone", "JIRA does not tell the account's time zone",
          remedy:
            "It is only needed where the search self-test fails; set it in the profile of the account"
        )
      }
      try await checkPermissions(client, project: jira.project)
      await checkSearch(client, project: jira.project)
      await checkMapping(client, settings, project: jira.project, logger: logger)
    } catch {
      failure("login", error)
    }
    await transport.shutdown()
  }

  private mutating func checkClock(_ info: ServerInfo) {
    guard let time = info.serverTime else { return }
    let difference = Double(time) / 1_000 - Date().timeIntervalSince1970
    guard abs(difference) > 60 else { return }
    warning(
      "clock", "differs by \(Span.text(difference)) from this machine's",
      remedy:
        "The poller goes by JIRA's clock, so this does no harm to syncing; set the clocks right with NTP"
    )
  }

  private mutating func checkPermissions(_ client: JiraClient, project: String) async throws {
    let needed = [
      ("BROWSE_PROJECTS", "Browse projects"), ("CREATE_ISSUES", "Create issues"),
      ("EDIT_ISSUES", "Edit issues"), ("TRANSITION_ISSUES", "Transition issues"),
    ]
    let optional = [("ADD_COMMENTS", "Add comments")]
    let granted: [String: Bool]
    do {
      granted = try await client.myPermissions((needed + optional).map(\.0), project: project)
    } catch let error as JiraError where error.kind == .notFound {
      failure(
        "permissions", "there is no project \(project), or this account may not see it",
        remedy: "Check JIRA_PROJECT, and that the account has the permission Browse projects")
      return
    }
    let missing = needed.filter { granted[$0.0] != true }
    if missing.isEmpty {
      ok("permissions", needed.map(\.1).joined(separator: ", ") + " in \(project)")
    } else {
      failure(
        "permissions",
        "in \(project) the account lacks: "
          + missing.map { "\($0.1) (\($0.0))" }.joined(separator: ", "),
        remedy: "A project administrator grants them in the project's permission scheme")
    }
    for (key, name) in optional where granted[key] != true {
      warning(
        "permissions", "the account lacks \(name) (\(key))",
        remedy: "Optional: only comments need it")
    }
  }

  /// Whether an instant can be searched for in milliseconds, without any time zone.
  private mutating func checkSearch(_ client: JiraClient, project: String) async {
    do {
      let future = Int64((Date().timeIntervalSince1970 + 315_360_000) * 1_000)
      let before = try JQL.project(project).and(try JQL.instant(.updated, .less, future))
      let after = try JQL.project(project).and(try JQL.instant(.updated, .greater, future))
      let past = try await first(client, before)
      let none = try await first(client, after)
      if none == nil {
        ok(
          "search",
          past == nil
            ? "works; the project has no issue yet"
            : "finds issues by their time, without time zones")
      } else {
        warning(
          "search", "the site does not understand milliseconds in a search",
          remedy: "The poller then goes by the account's time zone, to the minute; nothing to do")
      }
    } catch let error as JiraError where error.kind == .invalid {
      warning(
        "search", "the site refuses milliseconds in a search: \(error)",
        remedy: "The poller then goes by the account's time zone, to the minute; nothing to do")
    } catch {
      failure("search", error)
    }
  }

  private func first(_ client: JiraClient, _ jql: JQL) async throws -> Issue? {
    let pages = client.search(jql: jql, fields: ["updated"], maxResults: 1)
    for try await page in pages { return page.first }
    return nil
  }

  private mutating func checkMapping(
    _ client: JiraClient, _ settings: Settings, project: String, logger: Logger
  ) async {
    do {
      var mapping = try settings.file().mapping
      if let configuration = try? settings.database() {
        let database = PostgresClient(configuration, logger: logger)
        if let rows = try? await database.query(
          TableColumn.query, doing: "reading which columns file_audit has"
        ).rows, !rows.isEmpty {
          mapping = try mapping.on(table: rows.map { try TableColumn($0) })
        }
        await database.close()
      }
      let site = try await SiteFinder.find(client: client, project: project, mapping: mapping)
      ok(
        "mapping",
        "\(site.mapping.fields.count) fields, issue type \(site.issueType.name) in \(site.project.name)"
      )
      for skipped in site.mapping.skipped {
        warning(
          "mapping", "\(skipped.name) is not synced: \(skipped.reason)",
          remedy: "See: jira-sync fields check")
      }
      for problem in site.mapping.problems + site.mapping.warnings {
        warning("mapping", problem, remedy: "See: jira-sync fields check")
      }
    } catch {
      failure("mapping", error)
    }
  }
}
