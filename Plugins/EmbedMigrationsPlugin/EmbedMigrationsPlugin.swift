import Foundation
import PackagePlugin

/// Runs `EmbedMigrations` over `migrations/` and `migrations/functions/` whenever one of their files changes, comes or goes.
@main
struct EmbedMigrationsPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "migrations")
    let functions = folder.appending(path: "functions")
    var inputs = try files(in: folder)
    if FileManager.default.fileExists(atPath: functions.path) {
      inputs += try files(in: functions)
    }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedMigrations+files.swift")
    return [
      // Does nothing: SwiftPM makes this list of inputs anew only when a source folder, or the folder of a command like this one, has got
      // or lost a file. Else a file that was removed would be a missing input for ever.
      .prebuildCommand(
        displayName: "Watching the migrations", executable: URL(filePath: "/usr/bin/true"),
        arguments: [], outputFilesDirectory: folder),
      .buildCommand(
        displayName: "Embedding the migrations",
        executable: try context.tool(named: "EmbedMigrations").url,
        arguments: [output.path, folder.path], inputFiles: inputs, outputFiles: [output]),
    ]
  }

  private func files(in folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "sql" }
  }
}
