import Jira
import Testing

/// An address that would not work, or would give the credentials away, is refused with a word on what is wrong.
@Suite struct JiraConfigurationTests {
  private func configuration(_ url: String) throws -> JiraConfiguration {
    try JiraConfiguration(baseURL: url, credentials: .anonymous)
  }

  @Test(arguments: [
    ("https://example.atlassian.net", "https://example.atlassian.net"),
    (" HTTPS://Example.Atlassian.net/ ", "https://example.atlassian.net"),
    ("https://jira.example.com:8443/jira//", "https://jira.example.com:8443/jira"),
    ("http://127.0.0.1:8080", "http://127.0.0.1:8080"), ("http://localhost", "http://localhost"),
    ("http://[::1]:80/x", "http://[::1]:80/x"),
    ("https://api.atlassian.com/ex/jira/11-22", "https://api.atlassian.com/ex/jira/11-22"),
  ])
  func `usable addresses are tidied`(given: String, expected: String) throws {
    #expect(try configuration(given).baseURL == expected)
  }

  @Test(arguments: [
    ("", "empty"), ("example.atlassian.net", "https://"), ("ftp://example.com", "'ftp'"),
    ("http://example.com", "plain http to example.com"),
    ("http://127.0.0.1.example.com", "plain http"), ("http://127.1", "plain http"),
    ("https://", "host"), ("https://host:0", "host and port"), ("https://host:99999", "port"),
    ("https://exa mple.com", "blank"), ("https://example.com?x=1", "query"),
    ("https://example.com/#x", "fragment"), ("https://example.com/a/../b", "dotted"),
    ("https://example.com\\@evil.com", "backslash"),
    ("https://example.atlassian.net/anything", "a Cloud site has none"),
    ("https://münchen.de", "ASCII"),
  ])
  func `others are refused with the reason`(given: String, reason: String) {
    let error = #expect(throws: JiraConfigurationError.self) { try configuration(given) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  /// Catches an address that is copied from a browser and that a worker calls for ever.
  @Test(arguments: [
    ("https://example.atlassian.net/browse/SCRSKY-1", "https://example.atlassian.net"),
    (
      "https://example.atlassian.net/jira/software/projects/SCRSKY/boards/1?selectedIssue=SCRSKY-7",
      "https://example.atlassian.net"
    ),
    ("https://example.atlassian.net/jira/projects", "https://example.atlassian.net"),
    ("https://tracker.example.com/jira/your-work", "https://tracker.example.com"),
    ("https://jira.example.com/rest/api/2", "https://jira.example.com"),
    ("https://jira.example.com/jira/browse/A-1", "https://jira.example.com/jira"),
    (
      "https://jira.example.com:8443/tools/jira/secure/RapidBoard.jspa?rapidView=3#x",
      "https://jira.example.com:8443/tools/jira"
    ),
    ("https://jira.example.com/jira/projects/A/issues", "https://jira.example.com/jira"),
    ("http://localhost:8080/Login.jsp", "http://localhost:8080"),
    ("https://jira.example.com/plugins/servlet/mobile", "https://jira.example.com"),
  ])
  func `a page for a browser is refused with the base`(page: String, base: String) {
    let error = #expect(throws: JiraConfigurationError.self) { try configuration(page) }
    #expect(error?.description.hasSuffix(": use \(base)") == true, "\(error?.description ?? "")")
  }

  /// The context path of a Data Center may be called anything that no page is.
  @Test(arguments: ["/jira", "/tools/issue-tracker", "/software", "/jira/main", "/JIRA"])
  func `a context path is taken`(path: String) throws {
    #expect(try configuration("https://host\(path)").baseURL == "https://host\(path)")
  }

  @Test func `a password in the address is not repeated`() {
    let error = #expect(throws: JiraConfigurationError.self) {
      try configuration("https://ada:hunter2@example.com")
    }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test(arguments: [
    JiraCredentials.basic(email: "", token: "x"), .basic(email: "a:b", token: "x"),
    .basic(email: "a", token: ""), .bearer(""), .bearer("x\r\nHost: evil"),
  ])
  func `credentials that no header may hold are refused`(credentials: JiraCredentials) {
    #expect(throws: JiraConfigurationError.self) {
      try JiraConfiguration(baseURL: "https://example.com", credentials: credentials)
    }
  }

  @Test func `the dialect follows from atlassians own hosts`() throws {
    #expect(try configuration("https://example.atlassian.net").dialect == .cloud)
    #expect(try configuration("https://jira.example.com").dialect == nil)
    // A look-alike is not Atlassian's.
    #expect(try configuration("https://atlassian.net.example.com").dialect == nil)
  }

  @Test func `scoped tokens and service accounts call through the gateway`() throws {
    let scoped = try JiraConfiguration(
      baseURL: "https://example.atlassian.net", credentials: .anonymous, cloudID: "11-22")
    #expect(scoped.baseURL == "https://api.atlassian.com/ex/jira/11-22")
    #expect(scoped.siteURL == "https://example.atlassian.net")
    #expect(scoped.dialect == .cloud)
    let direct = try configuration("https://api.atlassian.com/ex/jira/11-22")
    #expect(direct.baseURL == direct.siteURL)
    #expect(direct.dialect == .cloud)
    #expect(throws: JiraConfigurationError.self) {
      try JiraConfiguration(
        baseURL: "https://example.atlassian.net", credentials: .anonymous, cloudID: "../x")
    }
  }

  @Test(arguments: [
    "http://auth.example.com/token", "ftp://x", "", "https://", "http://127.0.0.1.example.com/",
  ])
  func `access tokens are not fetched in clear text`(url: String) {
    #expect(throws: JiraConfigurationError.self) {
      try JiraConfiguration(
        baseURL: "https://example.atlassian.net",
        credentials: .clientCredentials(OAuthClient(id: "i", secret: "s", tokenURL: url)))
    }
  }

  @Test func `a mark tells credentials apart and gives nothing away`() {
    let first = JiraCredentials.basic(email: "a@example.com", token: "hunter2")
    #expect(first.mark == JiraCredentials.basic(email: "a@example.com", token: "hunter2").mark)
    #expect(first.mark != JiraCredentials.basic(email: "a@example.com", token: "hunter3").mark)
    #expect(first.mark != JiraCredentials.bearer("hunter2").mark)
    #expect(first.mark.count <= 6)
  }
}
