// Writes the migrations as Swift source, so that one binary carries them: `EmbedMigrations OUTPUT FILE.sql …`.
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first else {
  FileHandle.standardError.write(Data("usage: EmbedMigrations OUTPUT FILE.sql ...\n".utf8))
  exit(64)
}

var source = """
  extension EmbeddedMigrations {
    static let files: [(name: String, sql: String)] = [

  """
for path in arguments.dropFirst().sorted() {
  let file = URL(fileURLWithPath: path)
  let sql = try String(contentsOf: file, encoding: .utf8)
  source += "    (\n      \"\(file.deletingPathExtension().lastPathComponent)\",\n"
  // Three hashes: SQL may hold any quotes, but never this delimiter.
  source += "      ###\"\"\"\n\(sql)\n\"\"\"###\n    ),\n"
}
source += "  ]\n}\n"
try source.write(toFile: output, atomically: true, encoding: .utf8)
