// Writes the migrations as Swift source, so that one binary carries them: `EmbedMigrations OUTPUT FOLDER`.
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let output = arguments.first, let folder = arguments.last else {
  FileHandle.standardError.write(Data("usage: EmbedMigrations OUTPUT FOLDER\n".utf8))
  exit(64)
}

/// The SQL files of a folder as a Swift array; empty where there is no such folder.
func array(_ name: String, of folder: URL) throws -> String {
  var source = "  static let \(name): [(name: String, sql: String)] = [\n"
  var files: [URL] = []
  if FileManager.default.fileExists(atPath: folder.path) {
    files = try FileManager.default
      .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "sql" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
  for file in files {
    let sql = try String(contentsOf: file, encoding: .utf8)
    source += "    (\n      \"\(file.deletingPathExtension().lastPathComponent)\",\n"
    // Three hashes: SQL may hold any quotes, but never this delimiter.
    source += "      ###\"\"\"\n\(sql)\n\"\"\"###\n    ),\n"
  }
  return source + "  ]\n"
}

let migrations = URL(fileURLWithPath: folder)
let source =
  "extension EmbeddedMigrations {\n"
  + (try array("files", of: migrations))
  + (try array("functions", of: migrations.appendingPathComponent("functions")))
  + "}\n"
try source.write(toFile: output, atomically: true, encoding: .utf8)
