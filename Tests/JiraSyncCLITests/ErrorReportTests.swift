import Jira
import Postgres
import SyncConfiguration
import Testing

@testable import JiraSyncCLI

/// What users read when something fails, and the exit code that scripts see.
struct ErrorReportTests {
  @Test(arguments: [
    (PostgresError.Kind.configuration, ExitStatus.configuration), (.connect, .unavailable),
    (.authentication, .unavailable), (.tls, .unavailable), (.connectionLost, .unavailable),
    (.server, .failed), (.decoding, .failed), (.cancelled, .failed), (.misuse, .failed),
  ])
  func `each kind of database error has its exit code`(kind: PostgresError.Kind, status: ExitStatus)
  {
    let error = PostgresError(kind: kind, message: "no", doing: "connecting to d at h:1 as u")
    let report = ErrorReport(error)
    #expect(report.status == status)
    #expect(report.line.hasPrefix("jira-sync: connecting to d at h:1 as u"))
  }

  @Test
  func `wrong credentials are said to be that, not a network problem`() {
    let report = ErrorReport(
      PostgresError(
        kind: .authentication, sqlState: "28P01",
        message: "password authentication failed for user \"u\"",
        doing: "connecting to d at h:1 as u"))
    #expect(report.text.contains("does not accept user or password"))
    #expect(report.text.contains("DATABASE_URL"))
  }

  @Test(arguments: ["3F000", "42P01", "42883"])
  func `a database without our schema leads to migrate`(sqlState: String) {
    let report = ErrorReport(
      PostgresError(kind: .server, sqlState: sqlState, message: "no", doing: "reading jobs"))
    #expect(report.text.contains("jira-sync migrate"))
    #expect(report.status == .failed)
  }

  @Test
  func `values of rows, which the server's detail holds, are not shown`() {
    var error = PostgresError(
      kind: .server, sqlState: "23505", message: "duplicate key", doing: "writing a row")
    error.detail = "Key (email)=(geheim) already exists."
    error.context = "geheim"
    #expect(!ErrorReport(error).text.contains("geheim"))
  }

  @Test(arguments: [
    (JiraError.Kind.network, ExitStatus.unavailable), (.timeout, .unavailable),
    (.unauthorized, .unavailable), (.unavailable, .unavailable), (.rateLimited, .unavailable),
    (.captcha, .unavailable), (.redirected, .unavailable), (.invalid, .failed),
    (.notFound, .failed), (.forbidden, .failed),
  ])
  func `JIRA out of reach is 69, a refusal is 1`(kind: JiraError.Kind, status: ExitStatus) {
    #expect(ErrorReport(JiraError(kind: kind, endpoint: "GET /myself")).status == status)
  }

  @Test
  func `settings are 78, a failed migration is 1, and any other error 1 with its own words`() {
    struct Odd: Error {}
    #expect(
      ErrorReport(SettingsError(variable: "V", found: "no", example: "V=1")).status
        == .configuration)
    #expect(ErrorReport(JiraConfigurationError("no")).status == .configuration)
    let migration = MigrationError(kind: .edited, file: "1_x.sql", message: "changed")
    #expect(ErrorReport(migration).status == .failed)
    #expect(ErrorReport(migration).text.contains("1_x.sql"))
    #expect(ErrorReport(CommandFailure(.unavailable, "no")).status == .unavailable)
    #expect(ErrorReport(Odd()).status == .failed)
    #expect(ErrorReport(Odd()).line == "jira-sync: Odd()")
    #expect(ErrorReport(CancellationError()).status == .failed)
  }
}
