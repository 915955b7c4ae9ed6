import Glibc

/// Who can read and change a file of settings.
package struct EnvFileAccess: Sendable, Hashable {
  /// The permission bits.
  package let mode: UInt32

  package init(mode: UInt32) { self.mode = mode & 0o7777 }

  /// Asks the file system; nil where there is no such file.
  package init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(mode: status.st_mode)
  }

  /// Whether users besides the owner can change it.
  package var isWritableByOthers: Bool { mode & 0o022 != 0 }
  /// Whether users besides the owner can read it.
  package var isReadableByOthers: Bool { mode & 0o044 != 0 }
  /// The mode as `chmod` takes it, such as `0644`.
  package var text: String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Whether `.env` sets a secret, or an address that may hold one.
  package static func holdsSecret() -> Bool {
    guard let origins = try? Settings.origins(environment: [:]) else {
      // What cannot be read is reported where it is read.
      return false
    }
    return SettingKind.all.contains {
      ($0.isSecret || $0.mayHoldPassword) && origins[$0.name] != nil
    }
  }
}
