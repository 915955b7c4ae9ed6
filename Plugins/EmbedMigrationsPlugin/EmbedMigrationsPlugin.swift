import Foundation
import PackagePlugin

/// Runs `EmbedMigrations` over `migrations/` and `migrations/functions/` whenever one of their files changes, comes or goes.
@main
struct EmbedMigrationsPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "migrations")
    let functions = folder.appending(path: "functions")
    // The folders, too: SwiftPM asks for this list only when it plans anew, and a file that has come since changes its folder.
    var inputs = try [folder] + files(in: folder)
    if FileManager.default.fileExists(atPath: functions.path) {
      inputs += try [functions] + files(in: functions)
    }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedMigrations+files.swift")
    return [
      .buildCommand(
        displayName: "Embedding the migrations",
        executable: try context.tool(named: "EmbedMigrations").url,
        arguments: [output.path, folder.path], inputFiles: inputs, outputFiles: [output])
    ]
  }

  private func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "sql" }
  }
}
