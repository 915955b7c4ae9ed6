import SyncConfiguration

/// What `init` knows so far: pure, so that the questions can be tested without a terminal.
struct SetupAnswers: Sendable {
  /// What is asked for, in this order.
  enum Question: String, CaseIterable, Sendable {
    case databaseURL = "DATABASE_URL"
    case jiraURL = "JIRA_BASE_URL"
    case project = "JIRA_PROJECT"
    case email = "JIRA_EMAIL"
    case apiToken = "JIRA_API_TOKEN"
    case pat = "JIRA_PAT"

    var prompt: String {
      switch self {
      case .databaseURL: "Database (postgresql://user:password@host:5432/database): "
      case .jiraURL: "JIRA site (https://example.atlassian.net): "
      case .project: "Key of the project (SCRSKY): "
      case .email: "E-mail address of the account (JIRA Cloud; Enter for a Data Center): "
      case .apiToken: "API token (https://id.atlassian.com/manage-profile/security/api-tokens): "
      case .pat: "Personal access token: "
      }
    }

    /// Whether what is typed stays unseen; an address may hold a password.
    var isSecret: Bool { self == .databaseURL || self == .apiToken || self == .pat }
  }

  /// By variable.
  private(set) var values: [String: String]
  private var isDataCenter = false

  /// Begins with what environment and `.env` say.
  init(known: [String: String]) { values = known }

  /// Whether something has to be asked.
  func wants(_ question: Question) -> Bool {
    guard values[question.rawValue] == nil else { return false }
    switch question {
    case .databaseURL, .jiraURL, .project: return true
    case .email: return values["JIRA_PAT"] == nil && values["JIRA_CLIENT_ID"] == nil
    case .apiToken: return values["JIRA_EMAIL"] != nil
    case .pat: return isDataCenter && values["JIRA_EMAIL"] == nil
    }
  }

  /// Takes an answer; nil is none.
  ///
  /// - Returns: what is wrong with it; nil where it was taken.
  @discardableResult
  mutating func take(_ question: Question, _ answer: String?) -> String? {
    guard let answer = answer?.trimmed else { return nil }
    guard !answer.isEmpty else {
      if question == .email {
        isDataCenter = true
        return nil
      }
      return "it is needed"
    }
    let candidate = values.merging([question.rawValue: answer]) { _, new in new }
    if let problem = Self.problem(question, candidate) { return problem }
    values = candidate
    return nil
  }

  private static func problem(_ question: Question, _ values: [String: String]) -> String? {
    guard
      let settings = try? Settings.load(environment: values, envFile: nil, flags: SettingsFlags())
    else { return nil }
    do throws(SettingsError) {
      switch question {
      case .databaseURL: _ = try settings.database()
      case .jiraURL, .project, .email, .apiToken, .pat: _ = try settings.jira()
      }
    } catch {
      // Only what this answer is about: the rest is asked for later.
      return error.problems.first { $0.variable == question.rawValue }.map(\.found)
    }
    return nil
  }

  /// Keeps where the mapping file is, unless every command looks there by itself.
  mutating func readsConfiguration(of path: String) {
    values["JIRA_SYNC_CONFIG"] = path == "jira-sync.yaml" ? nil : path
  }

  /// The variables that go into `.env`, quoted so that they are read as they are.
  var envText: String {
    let names = [
      "DATABASE_URL", "JIRA_BASE_URL", "JIRA_PROJECT", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PAT",
      "JIRA_CLIENT_ID", "JIRA_CLIENT_SECRET", "JIRA_CLOUD_ID", "JIRA_TOKEN_URL",
      "SLACK_WEBHOOK_URL", "SMTP_URL", "NOTIFY_EMAIL_FROM",
      "NOTIFY_EMAIL_TO", "JIRA_SYNC_CONFIG",
    ]
    return "# Written by jira-sync init. Secrets: keep it out of version control.\n"
      + names.compactMap { name in values[name].map { "\(name)=\(Self.quoted($0))\n" } }.joined()
  }

  /// In single quotes, which keep everything; one with a single quote in double ones.
  private static func quoted(_ value: String) -> String {
    let isPlain = value.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "_-.:/@%?=&,+".contains($0))
    }
    if isPlain { return value }
    guard value.contains("'") else { return "'\(value)'" }
    var escaped = ""
    for character in value {
      if "\"\\$".contains(character) { escaped += "\\" }
      escaped.append(character)
    }
    return "\"\(escaped)\""
  }
}
