import ArgumentParser

extension JiraSync {
  /// The commands in the order of the help.
  static let commands: [any ParsableCommand.Type] = [
    InitCommand.self,
    Migrate.self,
    WorkerCommand.self,
    SyncCommand.self,
    PollCommand.self,
    StatusCommand.self,
    JobsCommand.self,
    ExplainCommand.self,
    HistoryCommand.self,
    ConflictsCommand.self,
    LinkCommand.self,
    UnlinkCommand.self,
    ScheduleCommand.self,
    FieldsCommand.self,
    Notify.self,
    ReportCommand.self,
    DoctorCommand.self,
    ConfigCommand.self,
  ]
}
