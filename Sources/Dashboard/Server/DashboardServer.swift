import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves the dashboard over HTTP/1.1, from one thread of its own.
///
/// One request a connection: the connection's whole life is bounded in time, so that neither a client that sends slowly
/// nor one that reads slowly keeps anything open.
public final class DashboardServer: Sendable {
  /// Where it can be reached: `http://127.0.0.1:8090/`.
  public let url: String

  private let group: MultiThreadedEventLoopGroup
  private let channel: any Channel

  private init(url: String, group: MultiThreadedEventLoopGroup, channel: any Channel) {
    self.url = url
    self.group = group
    self.channel = channel
  }

  /// Begins to listen.
  ///
  /// - Parameters:
  ///   - host: the address; only this machine can reach a loopback address.
  ///   - port: the port; 0 takes any that is free.
  ///   - names: further names under which it is reached.
  ///   - dashboard: what answers.
  /// - Returns: the server, which answers already.
  /// - Throws: `DashboardBindError` where the address cannot be had.
  public static func start(
    host: String, port: Int, names: [String] = [], dashboard: Dashboard
  ) async throws -> DashboardServer {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let ownNames = Set((names + HostRule.namesOfThisMachine(host)).map { $0.lowercased() })
    do {
      let gate = ConnectionGate()
      let bootstrap = ServerBootstrap(group: group)
        .serverChannelOption(.backlog, value: 4_096)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            guard gate.enter(channel) else { throw ConnectionGate.Full() }
            // Two of our headers are for lists; no client sends as much as this.
            var limits = NIOHTTPDecoderLimitConfiguration()
            limits.maxHeaderFieldSize = 8 * 1_024
            limits.maxHeaderListSize = 16 * 1_024
            limits.maxHeaderFieldCount = 64
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(
              withPipeliningAssistance: false, withErrorHandling: true,
              withOutboundHeaderValidation: true, withEncoderConfiguration: .init(),
              withDecoderLimitConfiguration: limits)
            let rule = HostRule(
              isLoopback: channel.localAddress?.isLoopback ?? false, names: ownNames)
            try channel.pipeline.syncOperations.addHandler(
              RequestHandler(dashboard: dashboard, rule: rule, gate: gate))
          }
        }
      let channel = try await bootstrap.bind(host: host, port: port).get()
      let address = channel.localAddress
      let shown = address?.ipAddress ?? host
      let name = shown.contains(":") ? "[\(shown)]" : shown
      return DashboardServer(
        url: "http://\(name):\(address?.port ?? port)/", group: group, channel: channel)
    } catch {
      // The address is what people have to hear of; a thread that does not end says nothing more.
      try? await group.shutdownGracefully()
      throw DashboardBindError(host: host, port: port, error)
    }
  }

  /// Stops listening and ends its thread; answers that are under way are cut off.
  public func stop() async {
    // Both fail only where it has been stopped before.
    try? await channel.close()
    try? await group.shutdownGracefully()
  }
}

extension SocketAddress {
  /// Whether only this machine can send to it.
  var isLoopback: Bool {
    guard let ip = ipAddress else { return false }
    return ip == "::1" || ip.hasPrefix("127.") || ip.hasPrefix("::ffff:127.")
  }
}
