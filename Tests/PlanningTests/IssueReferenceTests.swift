import Testing

@testable import Planning

@Suite("How people write an issue")
struct IssueReferenceTests {
  private let site = "https://jira.example.com/jira"

  @Test(arguments: [
    "SCRSKY-1", "scrsky-1", " SCRSKY-1 ", "SCRSKY-1\n", "\u{a0}Scrsky-1\u{200b}",
    "https://jira.example.com/jira/browse/SCRSKY-1",
    "https://jira.example.com/jira/browse/SCRSKY-1/",
    "https://jira.example.com/jira/browse/scrsky-1?focusedId=7&page=x#comment-7",
    "HTTPS://JIRA.example.com:443/jira/browse/SCRSKY-1/?a",
    "http://jira.example.com/jira/browse/SCRSKY-1#x",
    " <https://jira.example.com/jira/browse/SCRSKY-1> ",
    "https://jira.example.com/jira/software/projects/SCRSKY/boards/1?selectedIssue=SCRSKY-1",
    "https://jira.example.com/jira/issues/?filter=-1&selectedIssue=scrsky-1#x",
  ])
  func `keys and addresses of this site are understood`(text: String) {
    #expect(IssueReference.key(in: text, site: site) == "SCRSKY-1")
  }

  @Test(arguments: [
    "", " ", "42", "see Bob", "SCRSKY", "SCRSKY-", "-1", "SCRSKY-1, SCRSKY-2", "SCRSKY-0",
    "SCRSKY-1x", "SCRSKY 1",
    "https://other.example.com/jira/browse/SCRSKY-1", "https://jira.example.com/browse/SCRSKY-1",
    "https://jira.example.com@other.example.com/jira/browse/SCRSKY-1",
    "https://jira.example.com:8443/jira/browse/SCRSKY-1",
    "https://jira.example.com/jira/browse/SCRSKY-1/edit",
    "https://other.example.com/jira/boards/1?selectedIssue=SCRSKY-1",
    "https://jira.example.com/jira/boards/1?selectedIssue=SCRSKY-1&selectedIssue=SCRSKY-2",
    "https://jira.example.com/jira/boards/1?preselectedIssue=SCRSKY-1",
    "https://jira.example.com.evil.org/jira/browse/SCRSKY-1", "ſcrsky-1",
  ])
  func `nothing else is`(text: String) {
    #expect(IssueReference.key(in: text, site: site) == nil)
  }
}
