import Mapping
import SyncConfiguration

extension Checkup {
  /// Whether the settings can be used; nil where nothing else can be checked.
  mutating func checkConfiguration(_ common: CommonOptions) -> Settings? {
    let settings: Settings
    do {
      settings = try common.settings()
    } catch {
      failure("settings", error)
      return nil
    }
    checkEnvFile(settings)
    for (name, check) in [
      ("database", { () throws in _ = try settings.database() }),
      ("JIRA", { () throws in _ = try settings.jira() }),
    ] {
      do {
        try check()
        ok(
          name,
          name == "database" ? "DATABASE_URL is set" : "address, project and credentials are set")
      } catch {
        failure(name, error)
      }
    }
    // What a worker reads at its start: what it would refuse is reported here, each error once.
    do {
      let file = try settings.file()
      let mapping = file.mapping
      do { _ = try settings.channels(file) } catch { failure("notifications", error) }
      ok(
        "mapping",
        (file.written.isEmpty ? "built in" : settings.configFile.path)
          + ": \(mapping.fields.count) fields, issue type "
          + mapping.issueType)
    } catch {
      failure("mapping", error)
    }
    return settings
  }

  /// Whether other users of this machine can read or change the settings in `.env`.
  private mutating func checkEnvFile(_ settings: Settings) {
    guard let access = EnvFileAccess(path: ".env") else { return }
    let remedy = "chmod 600 .env"
    if access.isWritableByOthers {
      failure(
        ".env",
        "other users of this machine can change it (mode \(access.text)), and so send "
          + "credentials anywhere", remedy: remedy)
    } else if access.isReadableByOthers, EnvFileAccess.holdsSecret() {
      warning(
        ".env", "other users of this machine can read the secrets in it (mode \(access.text))",
        remedy: remedy)
    } else {
      ok(".env", "mode \(access.text)")
    }
  }

  /// Whether anybody would be told of trouble.
  mutating func checkNotifications(_ settings: Settings) {
    let values = settings.values
    var channels: [String] = []
    if values["SLACK_WEBHOOK_URL"] != nil { channels.append("Slack") }
    let mail = ["SMTP_URL", "NOTIFY_EMAIL_FROM", "NOTIFY_EMAIL_TO"]
    let missing = mail.filter { values[$0] == nil }
    if missing.isEmpty {
      channels.append("e-mail")
    } else if missing.count < mail.count {
      failure(
        "e-mail", "it is set up only in part: \(missing.joined(separator: ", ")) not set",
        remedy: "Set \(mail.joined(separator: ", ")), or none of them")
    }
    if channels.isEmpty {
      warning(
        "channels", "no channel is configured, so no user hears of dead jobs and conflicts",
        remedy:
          "Optional: set SLACK_WEBHOOK_URL, or SMTP_URL with NOTIFY_EMAIL_FROM and NOTIFY_EMAIL_TO; then: "
          + "jira-sync notify test")
    } else {
      ok("channels", channels.joined(separator: ", ") + "; try: jira-sync notify test")
    }
  }
}
