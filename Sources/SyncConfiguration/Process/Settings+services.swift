import Jira
import Postgres

extension Settings {
  private static let databaseExample =
    "DATABASE_URL=postgresql://user:password@db.example.com:5432/postgres"
  private static let siteExample = "JIRA_BASE_URL=https://example.atlassian.net"
  private static let projectExample = "JIRA_PROJECT=SCRSKY"

  /// The database, from `DATABASE_URL`.
  ///
  /// - Throws: `SettingsError` where it is not set or malformed.
  package func database() throws(SettingsError) -> PostgresConfiguration {
    guard let url = values["DATABASE_URL"] else {
      throw SettingsError(
        variable: "DATABASE_URL",
        found: "it is not set, neither in the environment nor in .env",
        example: Self.databaseExample)
    }
    do {
      return try PostgresConfiguration(conninfo: url)
    } catch {
      throw SettingsError(
        variable: "DATABASE_URL", found: error.message, example: Self.databaseExample)
    }
  }

  /// JIRA, from `JIRA_BASE_URL`, `JIRA_PROJECT` and one kind of credentials.
  ///
  /// - Throws: `SettingsError` with everything that is missing or malformed.
  package func jira() throws(SettingsError) -> JiraSettings {
    var problems: [SettingsProblem] = []
    let site = Self.checked(&problems, self.site)
    let credentials = Self.checked(&problems, self.credentials)
    let project = Self.checked(&problems, self.project)
    guard let site, let credentials, let project else { throw SettingsError(problems) }
    do {
      return JiraSettings(
        configuration: try JiraConfiguration(
          baseURL: site, credentials: credentials, cloudID: values["JIRA_CLOUD_ID"]),
        project: project)
    } catch {
      // The address was checked above, so it is about the credentials or what belongs to them.
      let used = ["JIRA_PAT", "JIRA_EMAIL", "JIRA_API_TOKEN"] + Self.oauthVariables
      throw SettingsError(
        variable: used.filter { values[$0] != nil }.joined(separator: ", "),
        found: error.description, example: "JIRA_EMAIL=ada@example.com JIRA_API_TOKEN=…")
    }
  }

  /// Database and JIRA.
  ///
  /// - Throws: `SettingsError` with what is wrong with either.
  package func services() throws(SettingsError) -> (
    database: PostgresConfiguration, jira: JiraSettings
  ) {
    var problems: [SettingsProblem] = []
    let database = Self.checked(&problems, self.database)
    let jira = Self.checked(&problems, self.jira)
    guard let database, let jira else { throw SettingsError(problems) }
    return (database, jira)
  }

  private func site() throws(SettingsError) -> String {
    guard let url = values["JIRA_BASE_URL"] else {
      // Calls of service accounts and scoped tokens go there anyway.
      if let id = values["JIRA_CLOUD_ID"] { return "https://api.atlassian.com/ex/jira/\(id)" }
      throw SettingsError(
        variable: "JIRA_BASE_URL",
        found: "it is not set, neither in the environment nor in .env", example: Self.siteExample)
    }
    do {
      return try JiraConfiguration(baseURL: url, credentials: .anonymous).baseURL
    } catch {
      // What stands before an @, or in a query, may be a secret.
      let shown = url.contains("@") ? "" : "found '\(ShownAddress.withoutQuery(url))': "
      throw SettingsError(
        variable: "JIRA_BASE_URL", found: shown + error.description, example: Self.siteExample)
    }
  }

  private func credentials() throws(SettingsError) -> JiraCredentials {
    let cloud = "JIRA_EMAIL=ada@example.com JIRA_API_TOKEN=…"
    if let client = try serviceAccount() { return .clientCredentials(client) }
    switch (values["JIRA_EMAIL"], values["JIRA_API_TOKEN"], values["JIRA_PAT"]) {
    case (let email?, let token?, nil): return .basic(email: email, token: token)
    case (nil, nil, let token?): return .bearer(token)
    case (nil, nil, nil):
      throw SettingsError(
        variable: "JIRA_EMAIL, JIRA_API_TOKEN or JIRA_PAT",
        found: "no credentials are set; JIRA Cloud takes an e-mail address and an API token, or "
          + "JIRA_CLIENT_ID and JIRA_CLIENT_SECRET of a service account, JIRA Data Center a personal "
          + "access token", example: cloud)
    case (_?, nil, nil):
      throw SettingsError(
        variable: "JIRA_API_TOKEN", found: "it is not set, but JIRA_EMAIL is", example: cloud)
    case (nil, _?, nil):
      throw SettingsError(
        variable: "JIRA_EMAIL", found: "it is not set, but JIRA_API_TOKEN is", example: cloud)
    case (let email, let token, _?):
      let other = [("JIRA_EMAIL", email), ("JIRA_API_TOKEN", token)]
        .filter { $0.1 != nil }.map(\.0).joined(separator: " and ")
      throw SettingsError(
        variable: "JIRA_PAT",
        found: "it is set, and so is \(other); keep JIRA_PAT for Data Center, the others for Cloud",
        example: cloud)
    }
  }

  package static let oauthVariables = [
    "JIRA_CLIENT_ID", "JIRA_CLIENT_SECRET", "JIRA_CLOUD_ID", "JIRA_TOKEN_URL",
  ]

  /// The credentials of a service account; nil where none are set.
  private func serviceAccount() throws(SettingsError) -> OAuthClient? {
    let example = "JIRA_CLIENT_ID=… JIRA_CLIENT_SECRET=… JIRA_CLOUD_ID=…"
    let others = ["JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PAT"].filter { values[$0] != nil }
    switch (values["JIRA_CLIENT_ID"], values["JIRA_CLIENT_SECRET"]) {
    case (nil, nil): return nil
    case (_?, nil):
      throw SettingsError(
        variable: "JIRA_CLIENT_SECRET", found: "it is not set, but JIRA_CLIENT_ID is",
        example: example)
    case (nil, _?):
      throw SettingsError(
        variable: "JIRA_CLIENT_ID", found: "it is not set, but JIRA_CLIENT_SECRET is",
        example: example)
    case (let id?, let secret?):
      guard others.isEmpty else {
        throw SettingsError(
          variable: "JIRA_CLIENT_ID",
          found:
            "it is set, and so is \(others.joined(separator: " and ")); keep one kind of credentials",
          example: example)
      }
      return OAuthClient(
        id: id, secret: secret,
        tokenURL: values["JIRA_TOKEN_URL"] ?? OAuthClient.atlassianTokenURL)
    }
  }

  private func project() throws(SettingsError) -> String {
    guard let key = values["JIRA_PROJECT"] else {
      throw SettingsError(
        variable: "JIRA_PROJECT",
        found: "it is not set, neither in the environment nor in .env",
        example: Self.projectExample)
    }
    let isKey =
      key.utf8.count <= 255 && key.first?.isUppercase == true
      && key.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    guard isKey else {
      throw SettingsError(
        variable: "JIRA_PROJECT",
        found: "found '\(key)', which is no project key: capital letters, digits and _, "
          + "beginning with a letter", example: Self.projectExample)
    }
    return key
  }

  /// What a check gives; nil, and its problems noted, where it fails.
  private static func checked<Value>(
    _ problems: inout [SettingsProblem], _ check: () throws(SettingsError) -> Value
  ) -> Value? {
    do {
      return try check()
    } catch {
      problems += error.problems
      return nil
    }
  }
}
