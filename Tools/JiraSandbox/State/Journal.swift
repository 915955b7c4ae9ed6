import Foundation
import Glibc

/// The state file: a line of JSON for each change, written before the change is answered.
///
/// A killed process loses nothing that was acknowledged; a machine that loses power may lose the last moments. When most of
/// the file is overtaken by later lines it is written anew beside itself and renamed.
final class Journal {
  private let path: String
  private var descriptor: Int32
  private var lines: Int
  /// The bytes that hold whole lines.
  private var length: off_t = 0

  /// Few lines are not worth the work of writing the file anew.
  private static let fewestLinesToCompact = 5000

  private init(path: String, descriptor: Int32, lines: Int) {
    self.path = path
    self.descriptor = descriptor
    self.lines = lines
  }

  deinit { close(descriptor) }

  /// Opens a state file, or makes one, and reads what it holds.
  ///
  /// - Throws: `SandboxError.stateFile` and `SandboxError.unreadableState`.
  static func open(path: String) throws(SandboxError) -> (Journal, SandboxState) {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "opening") }
    let journal = Journal(path: path, descriptor: descriptor, lines: 0)
    return (journal, try journal.load())
  }

  /// Writes changes; returns when the system has them.
  ///
  /// - Throws: `SandboxError.stateFile`.
  func append(
    _ changes: [JournalEntry.Change], counters: Counters
  ) throws(SandboxError) {
    guard !changes.isEmpty else { return }
    var text = Data()
    for change in changes {
      text.append(try line(of: JournalEntry(counters: counters, change: change)))
    }
    do throws(SandboxError) { try write(text, to: descriptor) } catch {
      // Half a line would make the next one unreadable.
      guard ftruncate(descriptor, length) == 0 else { throw Journal.failure(path, "repairing") }
      throw error
    }
    length += off_t(text.count)
    lines += changes.count
  }

  /// Writes the file anew where most of its lines are overtaken.
  ///
  /// - Throws: `SandboxError.stateFile`.
  func compactIfWorthwhile(_ state: SandboxState) throws(SandboxError) {
    guard lines >= Journal.fewestLinesToCompact, lines > state.count * 3 else { return }
    let temporary = path + ".new"
    let fresh = Glibc.open(
      temporary, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    guard fresh >= 0 else { throw Journal.failure(temporary, "opening") }
    var text = Data()
    if let fields = state.fields {
      text.append(try line(of: JournalEntry(counters: state.counters, change: .fields(fields))))
    }
    for id in state.issues.keys.sorted() {
      guard let issue = state.issues[id] else { continue }
      text.append(try line(of: JournalEntry(counters: state.counters, change: .put(issue))))
    }
    do throws(SandboxError) {
      try write(text, to: fresh)
      guard fsync(fresh) == 0, rename(temporary, path) == 0 else {
        throw Journal.failure(path, "replacing")
      }
    } catch {
      close(fresh)
      throw error
    }
    close(descriptor)
    descriptor = fresh
    lines = state.count
    length = off_t(text.count)
  }

  /// Makes sure that everything is on the disk.
  ///
  /// - Throws: `SandboxError.stateFile`.
  func synchronise() throws(SandboxError) {
    guard fsync(descriptor) == 0 else { throw Journal.failure(path, "saving") }
  }

  private func load() throws(SandboxError) -> SandboxState {
    let content: Data
    do { content = try Data(contentsOf: URL(filePath: path)) } catch {
      throw .stateFile(path: path, doing: "reading", reason: error.localizedDescription)
    }
    var state = SandboxState()
    let decoder = JSONDecoder()
    // A line without its end was cut off by a crash and never acknowledged.
    let complete = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    if complete < content.count, ftruncate(descriptor, off_t(complete)) != 0 {
      throw Journal.failure(path, "repairing")
    }
    length = off_t(complete)
    for text in content[..<complete].split(separator: UInt8(ascii: "\n")) {
      lines += 1
      do { state.replay(try decoder.decode(JournalEntry.self, from: Data(text))) } catch {
        throw .unreadableState(path: path, line: lines, reason: "\(error)")
      }
    }
    return state
  }

  private func line(of entry: JournalEntry) throws(SandboxError) -> Data {
    do {
      var text = try JSONEncoder().encode(entry)
      text.append(UInt8(ascii: "\n"))
      return text
    } catch {
      throw .stateFile(path: path, doing: "encoding a change for", reason: "\(error)")
    }
  }

  private func write(_ data: Data, to descriptor: Int32) throws(SandboxError) {
    var rest = data[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard written >= 0 || errno == EINTR else { throw Journal.failure(path, "writing") }
      rest = rest.dropFirst(max(0, written))
    }
  }

  private static func failure(_ path: String, _ doing: String) -> SandboxError {
    .stateFile(path: path, doing: doing, reason: String(cString: strerror(errno)))
  }
}

/// One line of the state file.
struct JournalEntry: Codable, Sendable, Hashable {
  enum Change: Codable, Sendable, Hashable {
    case put(Issue)
    case remove(Int)
    case fields([FieldDefinition])
  }

  var counters: Counters
  var change: Change
}
