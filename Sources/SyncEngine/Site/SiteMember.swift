import FoundationEssentials
import Jira

/// Who this process is to the others that call the same site.
public struct SiteMember: Sendable, Hashable {
  /// The worker's incarnation, as in `jira_sync.workers`.
  public let worker: UUID
  /// Host and process id.
  public let name: String

  /// Describes a member.
  ///
  /// - Parameters:
  ///   - worker: the worker's incarnation.
  ///   - name: host and process id.
  public init(worker: UUID = UUID(), name: String = "jira-sync") {
    self.worker = worker
    self.name = name
  }
}
