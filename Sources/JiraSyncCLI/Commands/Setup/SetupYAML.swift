import Mapping

/// The `jira-sync.yaml` that `init` writes: what was asked for, and where to read on.
struct SetupYAML: Sendable {
  var existingTickets: ExistingTickets?
  var pollInterval: String?

  /// The file's text.
  var text: String {
    let tickets =
      existingTickets.map { "existing_tickets: \($0.rawValue)" } ?? "# existing_tickets: create"
    let poll =
      pollInterval.map { "poll:\n  interval: '\($0.replacing("'", with: "''"))'" }
      ?? "# poll:\n#   interval: 1 minute"
    return """
      # yaml-language-server: $schema=./jira-sync.schema.json
      #
      # Everything here is optional; jira-sync.example.yaml shows what there is.

      # What to do for a row that already names tickets: create | adopt | skip
      \(tickets)

      # How often JIRA is polled: a period, or five cron fields in UTC.
      \(poll)

      """
  }
}
