import FoundationEssentials

/// `openssl s_server` on a free loopback port, with a certificate that no authority has signed.
final class TLSServer: Sendable {
  let port: UInt16
  let certificate: String
  private let folder: URL
  private let process: ChildProcess

  /// Makes a certificate and serves with it; the body of every answer is openssl's own page.
  ///
  /// - Parameter name: the certificate's subject alternative name, such as `IP:127.0.0.1`.
  /// - Returns: the server, listening.
  /// - Throws: where openssl is missing or does not start.
  static func start(certificateFor name: String) async throws -> TLSServer {
    // openssl is waited for on a thread, not in a task: there are only as many threads for tasks as processors.
    try await withCheckedThrowingContinuation { continuation in
      do {
        try Loopback.startThread {
          continuation.resume(with: Result { try TLSServer(certificateFor: name) })
        }
      } catch {
        continuation.resume(throwing: error)
      }
    }
  }

  private init(certificateFor name: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let key = folder.appending(path: "key.pem").path
    certificate = folder.appending(path: "certificate.pem").path
    let making = try ChildProcess([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
      "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=\(name)",
      "-keyout", key, "-out", certificate,
    ])
    // It says nothing: its output ends when it has.
    _ = making.line(beginning: "none")
    process = try ChildProcess([
      "openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key,
    ])
    // It says "ACCEPT 127.0.0.1:45321" when it listens.
    guard let line = process.line(beginning: "ACCEPT"),
      let port = line.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw ChildProcess.Failure(step: "openssl s_server") }
    self.port = port
  }

  deinit {
    // What stays behind is a small folder of temporary files, no reason for a test to fail.
    try? FileManager.default.removeItem(at: folder)
  }
}
