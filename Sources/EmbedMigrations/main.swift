// Writes the migrations as Swift source, so that one binary carries them: `EmbedMigrations OUTPUT FOLDER`.
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard arguments.count == 2, let output = arguments.first, let folder = arguments.last else {
  FileHandle.standardError.write(Data("usage: EmbedMigrations OUTPUT FOLDER\n".utf8))
  exit(64)
}

var source = """
  extension EmbeddedMigrations {
    static let files: [(name: String, sql: String)] = [

  """
let files = try FileManager.default
  .contentsOfDirectory(at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)
  .filter { $0.pathExtension == "sql" }
  .sorted { $0.lastPathComponent < $1.lastPathComponent }
for file in files {
  let sql = try String(contentsOf: file, encoding: .utf8)
  source += "    (\n      \"\(file.deletingPathExtension().lastPathComponent)\",\n"
  // Three hashes: SQL may hold any quotes, but never this delimiter.
  source += "      ###\"\"\"\n\(sql)\n\"\"\"###\n    ),\n"
}
source += "  ]\n}\n"
try source.write(toFile: output, atomically: true, encoding: .utf8)
