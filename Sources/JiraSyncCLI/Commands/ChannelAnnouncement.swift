import Logging
import Notifications
import Postgres

/// Tells the database which channels this process has, again and again until it knows.
struct ChannelAnnouncement: Sendable {
  let channels: Channels
  let worker: String
  let database: PostgresClient
  let logger: Logger

  /// Tries once, for a few seconds at the most.
  ///
  /// - Returns: whether the database knows.
  func attempt() async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { await tell() }
      group.addTask {
        do { try await Task.sleep(for: .seconds(5)) } catch { return false }
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
  }

  /// Tries until it succeeds or the task is cancelled.
  func keepTrying() async {
    while !Task.isCancelled {
      do { try await Task.sleep(for: .seconds(5)) } catch { return }
      if await tell() { return }
    }
  }

  private func tell() async -> Bool {
    do {
      try await channels.announce(worker: worker, to: database)
      return true
    } catch {
      // The worker says what is wrong with the database.
      logger.debug("the channels could not be announced: \(error)")
      return false
    }
  }
}
