import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Puts the sandbox on the wire.
struct SandboxResponder: HTTPResponder {
  let sandbox: Sandbox

  private static let longestBody = 20 * 1024 * 1024

  /// Why a connection is given up on purpose.
  private struct Cut: Error {}

  func respond(to request: Request, context: SandboxContext) async throws -> Response {
    var headers: [String: String] = [:]
    for field in request.headers { headers[field.name.canonicalName] = field.value }
    headers["host"] = request.head.authority
    let body = try await request.body.collect(upTo: SandboxResponder.longestBody)
    let outcome = await sandbox.respond(
      to: SandboxRequest(
        request.method.rawValue, request.head.path ?? "/", headers: headers,
        body: Data(body.readableBytesView)))
    switch outcome {
    case .reply(let reply): return response(reply)
    case .reset:
      try await context.channel.close().get()
      throw Cut()
    case .hang:
      // Ends when the client gives up or the server stops.
      let (closing, closed) = AsyncStream.makeStream(of: Never.self)
      context.channel.closeFuture.whenComplete { _ in closed.finish() }
      for await _ in closing {}
      throw Cut()
    case .truncated(let reply):
      var response = response(reply)
      let half = ByteBuffer(bytes: reply.body.prefix(reply.body.count / 2))
      response.body = ResponseBody(contentLength: reply.body.count) { writer in
        try await writer.write(half)
        throw Cut()
      }
      return response
    }
  }

  private func response(_ reply: SandboxReply) -> Response {
    var headers = HTTPFields()
    for (name, value) in reply.headers {
      if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
    }
    return Response(
      status: HTTPResponse.Status(code: reply.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
  }
}
