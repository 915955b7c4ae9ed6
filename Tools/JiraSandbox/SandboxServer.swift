import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// A sandbox that listens.
public struct SandboxServer: Sendable {
  /// The sandbox behind the server: for requests without a connection.
  public let sandbox: Sandbox
  /// Where it listens, such as `http://127.0.0.1:49152`.
  public let baseURL: String
  private let service: ServiceGroup
  private let running: Task<Void, any Error>

  /// Starts a server in this process; returns when it listens.
  ///
  /// - Parameters:
  ///   - options: how the sandbox behaves.
  ///   - logger: where the server writes; nothing below warnings by default.
  ///   - signals: whether SIGTERM and SIGINT end the server.
  /// - Returns: the running server.
  /// - Throws: `SandboxError` where the state file or the address cannot be used.
  public static func start(
    _ options: SandboxOptions = SandboxOptions(), logger: Logger? = nil, signals: Bool = false
  ) async throws -> SandboxServer {
    let sandbox = try Sandbox(options)
    var logger = logger ?? Logger(label: "jira-sandbox")
    logger.logLevel = max(logger.logLevel, .warning)
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: SandboxResponder(sandbox: sandbox),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port), serverName: nil),
      onServerRunning: { channel in
        listening.yield(channel.localAddress?.port ?? options.port)
      }, logger: logger)
    var configuration = ServiceGroupConfiguration(
      services: [application], gracefulShutdownSignals: signals ? [.sigterm, .sigint] : [],
      logger: logger)
    // A request that hangs on purpose must not keep the server from ending.
    configuration.maximumGracefulShutdownDuration = .seconds(2)
    let service = ServiceGroup(configuration: configuration)
    let running = Task {
      // Whoever waits for the port must not wait for ever where there will be none.
      defer { listening.finish() }
      try await service.run()
    }
    for await port in ports {
      return SandboxServer(
        sandbox: sandbox, baseURL: "http://\(options.host):\(port)", service: service,
        running: running)
    }
    do {
      try await running.value
      throw SandboxError.notListening("it was stopped at once")
    } catch {
      throw SandboxError.notListening("\(options.host):\(options.port): \(error)")
    }
  }

  /// Ends the server and saves its state.
  ///
  /// - Throws: what ended the server before, and `SandboxError.stateFile`.
  public func stop() async throws {
    await service.triggerGracefulShutdown()
    try await wait()
  }

  /// Waits until the server has ended, and saves its state.
  ///
  /// - Throws: what ended the server, and `SandboxError.stateFile`.
  public func wait() async throws {
    try await running.value
    try sandbox.synchronise()
  }
}
