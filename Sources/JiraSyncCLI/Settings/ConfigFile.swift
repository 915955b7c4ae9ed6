/// Where the mapping is configured.
struct ConfigFile: Sendable, Hashable {
  /// The path, relative to the working directory unless absolute.
  var path: String
  /// What asked for it: `--config` or `JIRA_SYNC_CONFIG`; nil for the file that is taken only if it exists.
  var askedBy: String?
}
