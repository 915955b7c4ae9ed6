import Foundation
import JSON
import Synchronization

/// The last requests, for tests and load runs to look at.
final class RequestLog: Sendable {
  struct Entry: Sendable {
    var number: Int
    var method: String
    var path: String
    /// Milliseconds since 1970.
    var time: Int64
    /// Microseconds since 1970 by this machine's clock, whatever time the sandbox plays: for measuring.
    var microseconds: Int64
    var user: String?
    /// 0 while it runs, and where none was sent.
    var status = 0

    var json: JSON {
      [
        "n": .integer(number), "method": .string(method), "path": .string(path),
        "time": .integer(time), "microseconds": .integer(microseconds),
        "user": user.map(JSON.string) ?? .null, "status": .integer(status),
      ]
    }
  }

  private struct Ring: Sendable {
    var entries: [Entry] = []
    var next = 1
  }

  private static let size = 100_000
  private let ring = Mutex(Ring())

  /// Notes that a request came; gives its number.
  func begin(method: String, path: String, time: Int64, user: String?) -> Int {
    let microseconds = Int64(Date().timeIntervalSince1970 * 1_000_000)
    return ring.withLock { ring in
      let entry = Entry(
        number: ring.next, method: method, path: path, time: time, microseconds: microseconds,
        user: user)
      if ring.entries.count < RequestLog.size {
        ring.entries.append(entry)
      } else {
        ring.entries[(ring.next - 1) % RequestLog.size] = entry
      }
      ring.next += 1
      return entry.number
    }
  }

  /// Notes how a request ended.
  func end(_ number: Int, status: Int) {
    ring.withLock { ring in
      let place = (number - 1) % RequestLog.size
      guard ring.entries.indices.contains(place), ring.entries[place].number == number else {
        return
      }
      ring.entries[place].status = status
    }
  }

  /// The requests behind a number, oldest first.
  func entries(since number: Int) -> [Entry] {
    ring.withLock { $0.entries }.filter { $0.number > number }.sorted { $0.number < $1.number }
  }

  /// Forgets all; numbers start again at 1.
  func clear() { ring.withLock { $0 = Ring() } }
}
