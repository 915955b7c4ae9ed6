import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct ListenTests {
  /// Caught: notifications that are read only when the next statement is sent.
  @Test func `a notification comes while the connection is idle`() async throws {
    try await withDatabase(migrated: false) { database in
      let listener = try await database.connect()
      let sender = try await database.connect()
      try await listener.listen("Jobs of \"today\"")
      _ = try await sender.query(
        "select pg_notify(\("Jobs of \"today\""), \("hello"))", doing: "notifying")
      var notifications = listener.notifications.makeAsyncIterator()
      let notification = try await notifications.next()
      #expect(notification?.channel == "Jobs of \"today\"")
      #expect(notification?.payload == "hello")
      #expect(notification?.backendPID == (await sender.backendPID))
      await listener.close()
      await sender.close()
    }
  }

  /// Caught: notifications lost because a statement's answer came in the same packet.
  @Test func `notifications beside statements are not lost`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.listen("jobs")
      for number in 0..<50 {
        _ = try await connection.pipeline(
          ["select pg_notify('jobs', \(String(number)))", "select 1"], doing: "notifying ourselves")
      }
      var payloads: [String] = []
      for try await notification in connection.notifications {
        payloads.append(notification.payload)
        if payloads.count == 50 { break }
      }
      #expect(payloads == (0..<50).map(String.init))
      await connection.close()
    }
  }

  /// Caught: a listener that waits for ever on a connection that is gone.
  @Test func `the stream throws when the server ends the connection`() async throws {
    try await withDatabase(migrated: false) { database in
      let listener = try await database.connect()
      let admin = try await database.connectAsSuperuser()
      try await listener.listen("jobs")
      let pid = await listener.backendPID
      _ = try await admin.query("select pg_terminate_backend(\(pid))", doing: "terminating")
      let error = await #expect(throws: PostgresError.self) {
        for try await _ in listener.notifications {}
      }
      #expect(error?.kind == .connectionLost)
      #expect(error?.sqlState == "57P01")
      #expect(listener.isClosed)
      await admin.close()
    }
  }

  @Test func `the stream ends when the connection is closed`() async throws {
    try await withDatabase(migrated: false) { database in
      let listener = try await database.connect()
      try await listener.listen("jobs")
      let reader = Task {
        var count = 0
        for try await _ in listener.notifications { count += 1 }
        return count
      }
      await listener.close()
      #expect(try await reader.value == 0)
    }
  }

  @Test func `a cancelled reader returns`() async throws {
    try await withDatabase(migrated: false) { database in
      let listener = try await database.connect()
      try await listener.listen("jobs")
      let reader = Task { for try await _ in listener.notifications {} }
      reader.cancel()
      _ = await reader.result
      _ = try await listener.query("select 1", doing: "going on")
      await listener.close()
    }
  }
}
