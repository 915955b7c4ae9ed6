/// What delivers mail; `CurlClient` outside tests.
public protocol MailTransport: Sendable {
  /// Hands one mail to a server, once.
  ///
  /// - Parameters:
  ///   - mail: what to send.
  ///   - server: who takes it.
  ///   - timeouts: how long it may take.
  /// - Returns: what the server said.
  /// - Throws: `MailError` where the server did not say that it has it.
  func send(
    _ mail: Mail, to server: MailServer, timeouts: HTTPTimeouts
  ) async throws(MailError) -> MailReceipt
}
