import NIOCore
import NIOHTTP1

/// One client: takes one request, has it answered, and closes.
final class RequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// The whole life of a connection: enough for a database that is given four seconds, and a slow network.
  private static let lifetime = TimeAmount.seconds(10)
  /// What comes with a GET is of no use, so no more than this is taken.
  private static let largestBody = 4_096

  private let dashboard: Dashboard
  private let rule: HostRule
  private let gate: ConnectionGate
  private var head: HTTPRequestHead?
  private var bodySize = 0
  private var hasAnswered = false
  private var deadline: Scheduled<Void>?

  init(dashboard: Dashboard, rule: HostRule, gate: ConnectionGate) {
    self.dashboard = dashboard
    self.rule = rule
    self.gate = gate
  }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: Self.lifetime) { channel.close(promise: nil) }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What a client sends after its first request finds a connection that is being closed.
    guard !hasAnswered else { return }
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body(let bytes):
      bodySize += bytes.readableBytes
      if bodySize > Self.largestBody {
        answer(.text(413, "nothing here takes a body"), isHead: false, context: context)
      }
    case .end:
      guard let head else { return }
      respond(to: head, context: context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What is no HTTP was answered with 400 before this.
    hasAnswered = true
    context.close(promise: nil)
  }

  private func respond(to head: HTTPRequestHead, context: ChannelHandlerContext) {
    hasAnswered = true
    let request = DashboardRequest(
      method: head.method.rawValue, target: head.uri, hosts: head.headers["host"],
      isHTTP10: head.version.major == 1 && head.version.minor == 0)
    let isHead = head.method == .HEAD
    if let refusal = rule.refusal(of: request) {
      answer(refusal, isHead: isHead, context: context)
      return
    }
    // Probes are answered here and now, whatever else this process is busy with.
    if let response = dashboard.probe(request) {
      answer(response, isHead: isHead, context: context)
      return
    }
    let channel = context.channel
    guard gate.beginReading(channel) else {
      answer(
        .text(503, "too many requests at a time; ask again", headers: [("Retry-After", "1")]),
        isHead: isHead, context: context)
      return
    }
    let gate = gate
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    let dashboard = dashboard
    context.eventLoop.makeFutureWithTask { await dashboard.respond(to: request) }
      .whenSuccess { response in
        gate.endReading(channel)
        bound.value.handler.answer(response, isHead: isHead, context: bound.value.context)
      }
  }

  private func answer(
    _ response: DashboardResponse, isHead: Bool, context: ChannelHandlerContext
  ) {
    hasAnswered = true
    guard context.channel.isActive else { return }
    let body = ByteBuffer(string: response.body)
    var headers = HTTPHeaders()
    headers.add(name: "Content-Type", value: response.contentType)
    headers.add(name: "Content-Length", value: "\(body.readableBytes)")
    headers.add(name: "Connection", value: "close")
    for header in response.headers { headers.add(name: header.name, value: header.value) }
    if !response.headers.contains(where: { $0.name == "Content-Security-Policy" }) {
      for header in DashboardResponse.securityHeaders(nonce: nil) {
        headers.add(name: header.name, value: header.value)
      }
    }
    let head = HTTPResponseHead(
      version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if !isHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
    let channel = context.channel
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      channel.close(promise: nil)
    }
  }
}
