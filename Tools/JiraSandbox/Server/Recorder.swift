import Foundation
import Glibc
import JSON

/// Writes down every request and its answer, a line of JSON each: what contract tests look at.
///
/// Credentials are left out.
final class Recorder: Sendable {
  private let descriptor: Int32

  /// Opens a record and appends to it.
  ///
  /// - Parameter path: the file.
  /// - Throws: `SandboxError.recordFile`.
  init(path: String) throws(SandboxError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw .recordFile(path: path, reason: String(cString: strerror(errno)))
    }
  }

  deinit { close(descriptor) }

  /// Notes an exchange; several processes may write to one record, each line in one piece.
  ///
  /// - Parameters:
  ///   - request: what was asked.
  ///   - reply: what was answered.
  ///   - isFault: whether the answer, or its lateness, was made up by a fault.
  func record(_ request: SandboxRequest, _ reply: SandboxReply, isFault: Bool) {
    let line: JSON = [
      "method": .string(request.method), "path": .string(request.path),
      "query": .string(request.query),
      "contentType": request.headers["content-type"].map(JSON.string) ?? .null,
      "request": Recorder.body(request.body), "status": .integer(reply.status),
      "answerType": reply.headers.first { $0.name == "Content-Type" }.map { .string($0.value) }
        ?? .null,
      "answer": Recorder.body(reply.body), "fault": .bool(isFault),
    ]
    var bytes = JSONWriter.data(line)
    bytes.append(UInt8(ascii: "\n"))
    // A record that cannot be written shows in the tests that read it.
    bytes.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  /// JSON as JSON, anything else as text, nothing as null.
  private static func body(_ data: Data) -> JSON {
    if data.isEmpty { return .null }
    do { return try JSON(parsing: data) } catch {
      return .string(String(decoding: data, as: UTF8.self))
    }
  }
}
