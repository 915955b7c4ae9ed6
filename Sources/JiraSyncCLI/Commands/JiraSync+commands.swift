import ArgumentParser

extension JiraSync {
  /// The commands in the order of the help.
  static let commands: [any ParsableCommand.Type] = [
    Migrate.self,
    WorkerCommand.self,
    Notify.self,
  ]
}
