import Glibc

/// The files that `init` writes.
struct SetupFiles: Sendable {
  let envPath = ".env"
  let configPath: String

  /// The first of them that exists.
  var existing: String? { [envPath, configPath].first { access($0, F_OK) == 0 } }

  /// Writes both, each in one piece: a reader sees the old file or the new one.
  ///
  /// - Parameters:
  ///   - env: the text of `.env`, which only its owner may read.
  ///   - yaml: the text of the configuration file.
  /// - Throws: `CommandFailure` that names the file.
  func write(env: String, yaml: String) throws(CommandFailure) {
    try Self.write(env, to: envPath, mode: 0o600)
    try Self.write(yaml, to: configPath, mode: 0o644)
  }

  private static func write(_ text: String, to path: String, mode: mode_t) throws(CommandFailure) {
    let draft = "\(path).\(getpid()).new"
    // Made with its mode, so that no other user can read it in between.
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure(path) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let failure = failure(path)
        close(descriptor)
        unlink(draft)
        throw failure
      }
      bytes = bytes.dropFirst(count)
    }
    // The umask may have taken bits away, never added any; the mode is exact all the same.
    guard fchmod(descriptor, mode) == 0, close(descriptor) == 0, rename(draft, path) == 0 else {
      let failure = failure(path)
      unlink(draft)
      throw failure
    }
  }

  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure(
      .failed,
      "cannot write \(path): \(String(cString: strerror(errno))). Check the rights of the folder")
  }
}
