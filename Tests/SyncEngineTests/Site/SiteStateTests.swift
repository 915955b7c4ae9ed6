import Testing

@testable import SyncEngine

/// What is news of a JIRA that was never reached.
struct SiteStateTests {
  private static let refused = "Failed to connect to 127.0.0.1 port 1 after 1 ms: Couldn't connect"

  /// Catches a comparison of texts alone: libcurl says how long it tried, and so a slow machine said twice that JIRA is out of reach.
  @Test(arguments: [
    (refused, refused),
    (refused, "Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect"),
    (
      "Operation timed out after 3000 milliseconds with 0 bytes received",
      "Operation timed out after 3001 milliseconds with 0 bytes received"
    ),
  ])
  func `the same trouble is said once, however long each try took`(first: String, second: String) {
    let state = SiteState()
    #expect(state.close(first))
    #expect(!state.close(second))
    #expect(state.closedReason == second)
  }

  /// Catches one that takes numbers for noise: another port, or another status, is other trouble.
  @Test(arguments: [
    "Failed to connect to 127.0.0.1 port 2 after 1 ms: Couldn't connect",
    "credentials not accepted",
  ])
  func `other trouble is news`(second: String) {
    let state = SiteState()
    #expect(state.close(Self.refused))
    #expect(state.close(second))
  }
}
