import Locks
import NIOCore

/// Decides which connections are kept: one for each newcomer, so that no client keeps others out.
///
/// A probe sends its request as soon as it is connected. So where there is no room, the connection that has waited longest
/// gives way: of the client itself where it has too many, else of the client that has most. Only what reads the database is
/// refused instead, and probes do not.
final class ConnectionGate: Sendable {
  /// Nothing gives way: too much is being answered.
  struct Full: Error {}

  /// How many connections there may be.
  struct Limits: Sendable, Hashable {
    var connections = 256
    var connectionsPerClient = 64
    /// How many requests that read the database are answered at a time.
    var readings = 16
    var readingsPerClient = 8
  }

  private struct Entry {
    let channel: any Channel
    let client: String
    var isReading = false
  }

  private let limits: Limits
  /// The oldest first.
  private let entries = Lock<[Entry]>([])

  init(limits: Limits = Limits()) { self.limits = limits }

  /// The client's address, as limits count it.
  static func client(of channel: any Channel) -> String {
    channel.remoteAddress?.ipAddress ?? "unknown"
  }

  /// Counts a connection in until it ends; another one may be closed for it.
  ///
  /// - Parameter channel: the connection.
  /// - Returns: whether there was room.
  func enter(_ channel: any Channel) -> Bool {
    let client = Self.client(of: channel)
    let (isIn, leaving) = entries.withLock { entries -> (Bool, (any Channel)?) in
      let others = entries.map { (client: $0.client, isBusy: $0.isReading) }
      switch Self.room(for: client, among: others, limits: limits) {
      case .free:
        entries.append(Entry(channel: channel, client: client))
        return (true, nil)
      case .instead(let index):
        let leaving = entries.remove(at: index).channel
        entries.append(Entry(channel: channel, client: client))
        return (true, leaving)
      case .none: return (false, nil)
      }
    }
    leaving?.close(promise: nil)
    if isIn {
      channel.closeFuture.whenComplete { _ in
        self.entries.withLock { $0.removeAll { $0.channel === channel } }
      }
    }
    return isIn
  }

  /// Asks whether a connection may read the database; then no other connection takes its place.
  ///
  /// - Parameter channel: the connection.
  /// - Returns: whether it may.
  func beginReading(_ channel: any Channel) -> Bool {
    entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.channel === channel }) else { return false }
      let readings = entries.filter(\.isReading)
      let own = readings.count { $0.client == entries[index].client }
      guard readings.count < limits.readings, own < limits.readingsPerClient else { return false }
      entries[index].isReading = true
      return true
    }
  }

  /// The answer is on its way: the connection gives way like the others.
  func endReading(_ channel: any Channel) {
    entries.withLock { entries in
      guard let index = entries.firstIndex(where: { $0.channel === channel }) else { return }
      entries[index].isReading = false
    }
  }

  /// Where a newcomer finds room.
  enum Room: Sendable, Hashable {
    case free
    case instead(Int)
    case none
  }

  /// Decides where a newcomer finds room.
  ///
  /// - Parameters:
  ///   - client: whose it is.
  ///   - others: the connections there are, the oldest first.
  ///   - limits: how many there may be.
  /// - Returns: the room.
  static func room(
    for client: String, among others: [(client: String, isBusy: Bool)], limits: Limits
  ) -> Room {
    let own = others.count { $0.client == client }
    let giving: String
    if own >= limits.connectionsPerClient {
      giving = client
    } else if others.count >= limits.connections {
      var counts: [String: Int] = [:]
      for other in others where !other.isBusy { counts[other.client, default: 0] += 1 }
      // Of two clients that have as many, either will do, but always the same.
      guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else {
        return .none
      }
      giving = most.key
    } else {
      return .free
    }
    let index = others.firstIndex { $0.client == giving && !$0.isBusy }
    return index.map(Room.instead) ?? .none
  }
}
