/// Another session was installing the schema at the same time; the next attempt finds what it made.
struct InstallationRace: Error, CustomStringConvertible {
  /// What this attempt failed with; nil where it noticed before it began.
  var error: MigrationError?

  /// What happened, without values.
  var description: String {
    error?.description
      ?? "installing the schema: another session installs it at the same time; run it again later"
  }
}
