import Foundation
import PackagePlugin

/// Runs `EmbedMigrations` over `migrations/` whenever one of its files changes, comes or goes.
@main
struct EmbedMigrationsPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let folder = context.package.directoryURL.appending(path: "migrations")
    let files = try FileManager.default
      .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedMigrations+files.swift")
    return [
      .buildCommand(
        displayName: "Embedding the migrations",
        executable: try context.tool(named: "EmbedMigrations").url,
        arguments: [output.path, folder.path],
        // The folder, too: SwiftPM asks for this list only when it plans anew, and a file that has come since changes the folder.
        inputFiles: [folder] + files,
        outputFiles: [output])
    ]
  }
}
