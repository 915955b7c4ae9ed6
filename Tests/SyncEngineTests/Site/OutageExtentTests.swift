import Jira
import Testing

@testable import SyncEngine

@Suite("How far an error reaches")
struct OutageExtentTests {
  private let start = ContinuousClock.now

  @Test(arguments: [0, 100, 200])
  func `a failure beside a fresh success is about one call`(milliseconds: Int) {
    var extent = OutageExtent()
    extent.succeeded(at: start)
    let time = start + .milliseconds(milliseconds)
    #expect(!extent.isDoubtful(isBroken: true, at: time))
    #expect(!extent.isDoubtful(isBroken: false, at: time))
  }

  @Test(arguments: [2_001, 5_000, 90_000])
  func `without a success for a short time it has to be examined`(milliseconds: Int) {
    var extent = OutageExtent()
    #expect(extent.isDoubtful(isBroken: false, at: start), "nothing has ever succeeded")
    extent.succeeded(at: start)
    #expect(extent.isDoubtful(isBroken: false, at: start + .milliseconds(milliseconds)))
  }

  @Test
  func `an answer that says nothing of the call counts sooner`() {
    var extent = OutageExtent()
    extent.succeeded(at: start)
    let time = start + .milliseconds(400)
    #expect(extent.isDoubtful(isBroken: true, at: time))
    #expect(!extent.isDoubtful(isBroken: false, at: time))
  }

  @Test
  func `people are told of what lasts a minute, from its first confirmation on`() {
    var extent = OutageExtent()
    #expect(!extent.isLasting(at: start + .seconds(3_600)))
    extent.confirmed(at: start)
    extent.confirmed(at: start + .seconds(50))
    #expect(!extent.isLasting(at: start + .seconds(59)))
    #expect(extent.isLasting(at: start + .seconds(60)))
    extent.ended()
    #expect(!extent.isLasting(at: start + .seconds(120)))
  }

  /// Catches an outage that is recognised by a list of statuses.
  @Test(arguments: [
    JiraError(kind: .unavailable, status: 503, endpoint: "GET /x"),
    JiraError(kind: .unexpectedAnswer, status: 200, endpoint: "GET /x"),
    JiraError(kind: .notFound, status: 404, endpoint: "GET /x"),
    JiraError(kind: .invalid, status: 400, endpoint: "GET /x"),
    JiraError(kind: .timeout, endpoint: "GET /x"),
  ])
  func `whatever the kind of the error, it may be about everything`(_ error: JiraError) {
    #expect(error.maySpeakForEverything)
  }

  @Test(arguments: [
    JiraError(kind: .rateLimited, status: 429, endpoint: "GET /x"),
    JiraError(kind: .unauthorized, status: 401, endpoint: "GET /x"),
    JiraError(kind: .circuitOpen, endpoint: "GET /x", mayHaveBeenReceived: false),
    JiraError(kind: .unreadable, status: 200, endpoint: "GET /x"),
  ])
  func `what has a rule of its own does not`(_ error: JiraError) {
    #expect(!error.maySpeakForEverything)
  }
}
