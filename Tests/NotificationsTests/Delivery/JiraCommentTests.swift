import Foundation
import HTTP
import JSON
import Jira
import JiraSandbox
import Testing

@testable import Notifications

/// Comments on issues of a real server.
@Suite(.timeLimit(.minutes(20))) struct JiraCommentTests {
  @Test func `a comment that is sent again is there once`() async throws {
    let server = try await SandboxServer.start(SandboxOptions())
    let transport = CurlClient()
    let client = JiraClient(
      configuration: try JiraConfiguration(
        baseURL: server.baseURL,
        credentials: .basic(email: "sandbox@example.com", token: "sandbox")), transport: transport)
    let project = try await client.project("SCRSKY")
    let type = try #require(project.issueTypes.first { $0.name == "Task" })
    let created = try await transport.send(
      HTTPRequest(
        method: "POST", url: server.baseURL + "/rest/api/3/issue",
        headers: [
          ("Authorization", "Bearer alex"), ("Content-Type", "application/json"),
        ],
        body: JSON.object([
          "fields": [
            "project": ["key": "SCRSKY"], "issuetype": ["id": .string(type.id)],
            "summary": "An issue",
          ]
        ]).data))
    let key = try #require(try JSON(parsing: created.body)["key"]?.string)
    var cause = Cause.example(kind: "row_refused")
    cause.issueKey = key
    cause.event.message = "technical_debt → Technical debt: <too> *long* @here"
    let message = Message(
      id: 1, uuid: UUID(), root: nil, issueKey: key, writtenAt: 0,
      items: [MessageItem(Draft.Part(cause: cause, stage: .first))])
    let channel = JiraChannel(client: { client })
    _ = try await channel.send(message)
    _ = try await channel.send(message)
    let comments = try await client.comments(of: key)
    #expect(comments.count == 1)
    #expect(
      comments.first?.text.contains("technical_debt → Technical debt: <too> *long* @here") == true)
    await transport.shutdown()
    try await server.stop()
  }

  @Test func `while JIRA is out of reach a comment waits, and an issue that is gone gets none`()
    async throws
  {
    let message = Message.test(from: "here", now: 0)
    let closed = JiraChannel(client: { nil })
    let error = await #expect(throws: ChannelError.self) { try await closed.send(message) }
    // A test message is about no issue.
    #expect(error?.fate == .refused)
    var cause = Cause.example()
    cause.issueKey = "X-1"
    let about = Message(
      id: 1, uuid: UUID(), root: nil, issueKey: "X-1", writtenAt: 0,
      items: [MessageItem(Draft.Part(cause: cause, stage: .first))])
    let later = await #expect(throws: ChannelError.self) { try await closed.send(about) }
    #expect(later?.fate == .later)
  }
}
