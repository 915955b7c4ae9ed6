import Foundation
import Postgres

/// The folder that `migrate --export` writes to.
struct ExportFolder {
  /// As the user gave it.
  let path: String

  /// Its SQL files; none where it does not exist yet.
  ///
  /// - Throws: `CommandFailure` where it is no folder or cannot be read.
  func files() throws(CommandFailure) -> [ExportedFile] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
    guard isFolder.boolValue else {
      throw CommandFailure(.usage, "exporting the migrations: \(path) is a file, and no folder")
    }
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { $0.hasSuffix(".sql") }.sorted()
        .map { name in
          // The user's own files may be in any encoding: only our comments are looked for.
          let data = try Data(contentsOf: url.appending(path: name))
          return ExportedFile(name: name, text: String(decoding: data, as: UTF8.self))
        }
    } catch {
      throw failure("reading \(path)", error)
    }
  }

  /// Writes files, each whole or not at all, and never over another one.
  ///
  /// - Returns: their paths.
  /// - Throws: `CommandFailure` that says which file could not be written.
  func write(_ files: [ExportedFile]) throws(CommandFailure) -> [String] {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw failure("creating the folder \(path)", error)
    }
    var paths: [String] = []
    for file in files {
      let place = url.appending(path: file.name)
      let draft = url.appending(path: ".\(file.name).draft")
      do {
        try Data(file.text.utf8).write(to: draft)
        try FileManager.default.moveItem(at: draft, to: place)
      } catch {
        throw failure("writing \(place.path)", error)
      }
      paths.append("\(path.hasSuffix("/") ? String(path.dropLast()) : path)/\(file.name)")
    }
    return paths
  }

  private var url: URL { URL(filePath: path) }

  private func failure(_ doing: String, _ error: any Error) -> CommandFailure {
    CommandFailure(
      .failed, "\(doing): \(error.localizedDescription). Check the path and its permissions")
  }
}
