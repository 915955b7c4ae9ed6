import HTTP
import Jira
import JobQueue
import Mapping
import SyncConfiguration
import SyncEngine

/// How a worker of a test is started: as the program does it, but everything that waits waits shortly.
struct WorkerSetup: Sendable {
  /// Another site than the world's.
  var baseURL: String?
  /// The role that its connection takes; the owner of the database where none is named.
  var role: String?
  var credentials = JiraCredentials.basic(email: "sandbox@example.com", token: "sandbox")
  var project = "SCRSKY"
  var mapping = Mapping.standard
  var limits = SiteLimits.none
  var trust = Duration.seconds(60)
  var name = "test"
  var timeouts = HTTPTimeouts()
  var row = RowHandlerOptions(lookupTimes: [
    .milliseconds(50), .milliseconds(150), .milliseconds(400),
  ])
  var sync = SyncSettings()
  /// The lease outlasts any pause of a busy machine; who wants one that is lost says so.
  var options = WorkerOptions(
    lease: .seconds(120), retry: RetryPolicy(base: .milliseconds(20), cap: .milliseconds(200)),
    drainPatience: .seconds(60))
  var hooks = HookedTransport.Hooks()
}
