import Foundation
import JSON

/// Reads a file of saved links, one record after the other.
struct LinkArchiveReader {
  /// One line.
  struct Record: Sendable {
    /// The line's number, from 1.
    var number: Int
    /// `site`, `poll`, `link` or `conflict`.
    var kind: String
    /// The line's text.
    var text: String
    /// The members of the record, sorted.
    var columns: [String]
  }

  /// The file.
  let path: String
  private var lines: LineReader
  private var number = 0
  private var counts = LinkArchiveCounts()
  private var isComplete = false

  /// Opens the file and reads what it is.
  ///
  /// - Throws: `LinkArchiveError` where it does not exist, or is no such file.
  init(path: String) throws(LinkArchiveError) {
    self.path = path
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw LinkArchiveError(path: path, message: "it does not exist or cannot be read")
    }
    lines = LineReader(file: file)
    let header = try line()
    guard let header, header.value["format"]?.string == LinkArchiveFormat.name else {
      throw failure(
        "this is no file of --save-links; its first line must be \(LinkArchiveFormat.header.text)")
    }
    guard header.value["version"]?.integer == LinkArchiveFormat.version else {
      throw failure("its version is unknown to this program; use the one that wrote it, or a newer")
    }
  }

  /// The next record; nil at the end of a complete file.
  ///
  /// - Throws: `LinkArchiveError` with the line.
  mutating func next() throws(LinkArchiveError) -> Record? {
    guard !isComplete else { return nil }
    guard let (value, text) = try line() else {
      throw failure("the file ends here without its last line; it was not saved completely")
    }
    guard let object = value.object, object.count == 1, let (kind, content) = object.first,
      let members = content.object
    else { throw failure(#"a line is an object with one member, such as {"link": {…}}"#) }
    if kind == "end" {
      try checkEnd(content)
      isComplete = true
      return nil
    }
    guard ArchivedTable.all.contains(where: { $0.kind == kind }), !members.isEmpty else {
      throw failure("a record '\(kind)' is unknown to this program")
    }
    counts.add(1, of: kind)
    return Record(number: number, kind: kind, text: text, columns: members.keys.sorted())
  }

  /// An error that names the line that was read last.
  func failure(_ message: String) -> LinkArchiveError {
    LinkArchiveError(path: path, line: max(number, 1), message: message)
  }

  private func checkEnd(_ end: JSON) throws(LinkArchiveError) {
    for table in ArchivedTable.all where (end[table.kind]?.integer ?? 0) != counts[table.kind] {
      throw failure(
        "the file was saved with \(end[table.kind]?.integer ?? 0) records '\(table.kind)' and has "
          + "\(counts[table.kind])")
    }
  }

  private mutating func line() throws(LinkArchiveError) -> (value: JSON, text: String)? {
    do {
      guard let data = try lines.next() else { return nil }
      number += 1
      guard let text = String(bytes: data, encoding: .utf8) else {
        throw failure("it is not in UTF-8")
      }
      return (try JSON(parsing: text), text)
    } catch let error as LinkArchiveError {
      throw error
    } catch {
      throw failure("it cannot be read as JSON")
    }
  }
}

/// Why a file of saved links cannot be used.
struct LinkArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  var path: String
  /// The line, from 1; nil where it is about the whole file.
  var line: Int?
  /// What is wrong and what to do.
  var message: String

  var description: String {
    "the links file \(path)\(line.map { ", line \($0)" } ?? ""): \(message)"
  }
}
