import Dashboard
import Jira
import Mapping
import Notifications
import Postgres
import SyncConfiguration
import SyncEngine

/// What the user reads when a command fails, and how the process ends: the one place that decides it.
struct ErrorReport: Sendable, Hashable {
  /// What was being done, to what, what came back, what to do next.
  var text: String
  /// How the process ends.
  var status: ExitStatus

  /// Describes any error that a command threw.
  ///
  /// - Parameter error: the error; its description holds no secret, see the types below.
  init(_ error: any Error) {
    switch error {
    case let error as SettingsError:
      self.init(text: error.description, status: .configuration)
    case let error as JiraConfigurationError:
      self.init(text: error.description, status: .configuration)
    case let error as MappingError: self.init(text: error.description, status: .configuration)
    case let error as DashboardBindError:
      self.init(text: error.description, status: error.isTaken ? .unavailable : .configuration)
    case let error as SiteError: self.init(text: error.description, status: .configuration)
    case let error as LinkError: self.init(text: error.description, status: .failed)
    case let error as LinkArchiveError: self.init(text: error.description, status: .usage)
    case let error as CommandFailure: self.init(text: error.description, status: error.status)
    case let error as PostgresError: self.init(error)
    case let error as MigrationError: self.init(text: error.description, status: .failed)
    case let error as JiraError: self.init(error)
    case is CancellationError: self.init(text: "stopped before it was done", status: .failed)
    default: self.init(text: "\(error)", status: .failed)
    }
  }

  private init(text: String, status: ExitStatus) {
    self.text = text
    self.status = status
  }

  private init(_ error: PostgresError) {
    switch error.kind {
    case .configuration:
      self.init(text: "\(error). Check DATABASE_URL", status: .configuration)
    case .connect:
      let advice =
        error.hint == nil ? ". Start the database, or check host and port of DATABASE_URL" : ""
      self.init(text: error.description + advice, status: .unavailable)
    case .authentication:
      self.init(
        text: "\(error.doing): the database does not accept user or password: \(error.message). "
          + "DATABASE_URL: \(error.hint ?? "check both")",
        status: .unavailable)
    case .tls, .connectionLost: self.init(text: error.description, status: .unavailable)
    case .server where ["3F000", "42P01", "42883"].contains(error.sqlState):
      self.init(
        text: "\(error). If the schema is not installed or is old, run: jira-sync migrate",
        status: .failed)
    case .server where error.sqlState == "42501":
      self.init(
        text:
          "\(error). Connect as the role that installed jira-sync, or as its owner: grant jira_sync_worker to the "
          + "role of DATABASE_URL", status: .failed)
    case .server, .decoding, .cancelled, .misuse:
      self.init(text: error.description, status: .failed)
    }
  }

  private init(_ error: JiraError) {
    switch error.kind {
    case .network, .timeout, .rateLimited, .unavailable, .unauthorized, .captcha, .redirected,
      .circuitOpen:
      self.init(text: error.description, status: .unavailable)
    default: self.init(text: error.description, status: .failed)
    }
  }

  /// The line for standard error.
  var line: String { "jira-sync: \(text)" }
}

extension PostgresError {
  /// What the database said, where that is a sentence of ours: without SQLSTATE, table and constraint.
  var inWords: String { hint.map { "\(message). \($0)" } ?? message }
}
