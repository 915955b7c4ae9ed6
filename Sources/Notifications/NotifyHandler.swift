import JSON
import JobQueue
import Logging
import Postgres

/// Sends what the outbox holds: the kind `notify`, whose key names the channel, so that each channel has one deliverer in
/// the whole fleet.
///
/// It fails no job of a sync and waits for none: events come by the database, and messages have their own attempts.
public struct NotifyHandler: JobHandler {
  /// Messages.
  public let kinds = ["notify"]
  /// Each channel for itself: one that hangs holds up no other.
  public let maximumBatch = 1

  /// It waits for other servers, and there is at most one run for each channel.
  public let takesSlot = false

  private let channels: Channels

  /// Makes a handler.
  ///
  /// - Parameter channels: the channels that this process has.
  public init(channels: Channels) {
    self.channels = channels
  }

  /// Sends what there is to send to the channel of the job.
  ///
  /// - Parameter run: the job.
  /// - Throws: `PostgresError`, `LeaseLost`; what a channel says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    for job in run.jobs {
      let name = job.arguments["channel"]?.string ?? ""
      if let channel = channels.channel(name) {
        try await ChannelDelivery(run: run, job: job, channel: channel).perform()
      } else {
        try await giveAway(job, of: name, run)
      }
    }
  }

  /// Another worker may have the channel; where none has, what waits for it stays in the outbox until one comes.
  private func giveAway(_ job: Job, of name: String, _ run: JobRun) async throws {
    let isActive: Bool = try await run.database.query(
      """
      select exists (
        select from jira_sync.channels where name = \(name) and active
      ) as active
      """, doing: "looking who sends to \(name)"
    ).one.get("active")
    guard isActive else { return try await run.settle(job, as: .done) }
    let text = "this worker has no channel '\(name)' configured; left to one that has"
    run.logger.debug("\(text)", metadata: ["job": "\(job.id)"])
    try await run.settle(job, as: .postponed(text, after: .seconds(65)))
  }
}
