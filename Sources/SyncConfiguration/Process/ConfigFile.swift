/// Where the mapping is configured.
package struct ConfigFile: Sendable, Hashable {
  /// The path, relative to the working directory unless absolute.
  package var path: String
  /// What asked for it: `--config` or `JIRA_SYNC_CONFIG`; nil for the file that is taken only if it exists.
  package var askedBy: String?

  /// Describes a file.
  package init(path: String, askedBy: String? = nil) {
    self.path = path
    self.askedBy = askedBy
  }
}
