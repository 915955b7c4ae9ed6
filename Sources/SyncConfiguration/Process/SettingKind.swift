/// What is known of a variable that jira-sync reads.
package struct SettingKind: Sendable, Hashable {
  /// The variable.
  package var name: String
  /// Whether its value is a secret from beginning to end.
  package var isSecret = false
  /// Whether its value is an address that may hold a password.
  package var mayHoldPassword = false
  /// What holds where it is not set.
  package var builtIn: String?

  /// All of them, in the order of the documentation.
  package static let all: [SettingKind] = [
    SettingKind(name: "DATABASE_URL", mayHoldPassword: true),
    SettingKind(name: "JIRA_BASE_URL", mayHoldPassword: true),
    SettingKind(name: "JIRA_PROJECT"),
    SettingKind(name: "JIRA_EMAIL"),
    SettingKind(name: "JIRA_API_TOKEN", isSecret: true),
    SettingKind(name: "JIRA_PAT", isSecret: true),
    SettingKind(name: "JIRA_CLIENT_ID"),
    SettingKind(name: "JIRA_CLIENT_SECRET", isSecret: true),
    SettingKind(name: "JIRA_CLOUD_ID"),
    SettingKind(name: "JIRA_TOKEN_URL", mayHoldPassword: true),
    SettingKind(name: "JIRA_SYNC_CONFIG", builtIn: "jira-sync.yaml"),
    SettingKind(name: "SLACK_WEBHOOK_URL", isSecret: true),
    SettingKind(name: "SMTP_URL", mayHoldPassword: true),
    SettingKind(name: "NOTIFY_EMAIL_FROM"),
    SettingKind(name: "NOTIFY_EMAIL_TO"),
    SettingKind(name: "LOG_LEVEL", builtIn: "info"),
    SettingKind(name: "LOG_FORMAT", builtIn: "text"),
  ]

  /// A value as it may be shown.
  package func shown(_ value: String) -> String {
    if isSecret { return "***" }
    guard mayHoldPassword else { return value }
    return name == "DATABASE_URL"
      ? ShownAddress.ofDatabase(value) : ShownAddress.withoutQuery(value)
  }
}
