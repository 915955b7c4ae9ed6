import CurlShim
import FoundationEssentials
import Logging

/// A request while libcurl works on it; lives on the curl thread.
///
/// libcurl gets an unretained pointer to it. That is sound because the loop keeps the transfer until it has taken its handle
/// away from libcurl.
final class HTTPTransfer: Transfer {
  let easy: EasyHandle
  let deadline: ContinuousClock.Instant
  private let order: HTTPOrder
  private var headers: HeaderCollector
  private var body = Data()
  private var bound: String?
  /// How often the request was about to be written to a connection.
  private var attempts = 0
  private var wasHeldBack = false

  init(_ order: HTTPOrder) throws(CurlFailure) {
    self.order = order
    easy = try EasyHandle()
    deadline = order.sentAt.advanced(by: order.request.timeouts.total)
    headers = HeaderCollector(maximumBytes: order.settings.maximumHeaderBytes)
    try easy.configure(for: order)
    try connectCallbacks()
  }

  /// Takes a piece of the decompressed body; false when it is more than allowed.
  fileprivate func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
    guard body.count + piece.count <= order.request.maximumResponseBytes else {
      bound = "the answer's body is larger than \(order.request.maximumResponseBytes) bytes"
      return false
    }
    body.append(contentsOf: piece)
    return true
  }

  /// Takes a header line; false when there is more than allowed.
  fileprivate func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    guard headers.take(line) else {
      bound = "the answer's headers are larger than \(headers.maximumBytes) bytes"
      return false
    }
    return true
  }

  /// Says whether the request may be written to the connection that stands ready.
  ///
  /// libcurl asks before each writing, also when it writes the same request again because a kept connection closed
  /// without an answer, or because an HTTP/2 server refused the stream.
  fileprivate func mayBeWritten() -> Bool {
    if attempts > 0, !order.request.isSafeToSendAgain {
      wasHeldBack = true
      return false
    }
    attempts += 1
    return true
  }

  func end(_ ending: TransferEnding) {
    let outcome = outcome(of: ending)
    log(outcome)
    order.complete(outcome)
  }

  private func outcome(of ending: TransferEnding) -> HTTPOrder.Outcome {
    guard case .finished(let code) = ending else {
      return .failure(order.error(for: ending, mayHaveBeenReceived: attempts > 0))
    }
    if code == CURLE_OK {
      return .success(
        HTTPResponse(
          status: easy.integer(CURLINFO_RESPONSE_CODE), headers: headers.headers, body: body))
    }
    if wasHeldBack {
      return .failure(
        HTTPError(
          kind: .reset, request: order.name,
          detail: "the connection closed without an answer; the request was not sent again",
          mayHaveBeenReceived: true))
    }
    let facts = FailureFacts(
      code: code, explanation: easy.explanation(of: code), wasBegun: attempts > 0,
      wasResolved: easy.offset(CURLINFO_NAMELOOKUP_TIME_T) > 0, wasTooLarge: bound != nil)
    return .failure(
      HTTPError(
        kind: facts.kind, request: order.name,
        detail: bound ?? facts.detail, mayHaveBeenReceived: attempts > 0))
  }

  private func log(_ outcome: HTTPOrder.Outcome) {
    let time = order.sentAt.duration(to: .now).wholeMilliseconds
    switch outcome {
    case .success(let response):
      order.settings.logger.trace(
        "answer",
        metadata: [
          "request": "\(order.name)", "status": "\(response.status)",
          "bytes": "\(response.body.count)", "ms": "\(time)",
        ])
    case .failure(let error):
      order.settings.logger.debug(
        "no answer",
        metadata: [
          "request": "\(order.name)", "kind": "\(error.kind)", "detail": "\(error.detail)",
          "may_have_been_received": "\(error.mayHaveBeenReceived)", "ms": "\(time)",
        ])
    }
  }

  private func connectCallbacks() throws(CurlFailure) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    try easy.set(CURLOPT_WRITEDATA, pointer: me)
    try easy.setReceiver(CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
      HTTPTransfer.pass(bytes, size * count, to: me) { $0.receive($1) }
    }
    try easy.set(CURLOPT_HEADERDATA, pointer: me)
    try easy.setReceiver(CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
      HTTPTransfer.pass(bytes, size * count, to: me) { $0.receiveHeader($1) }
    }
    try easy.set(CURLOPT_PREREQDATA, pointer: me)
    try easy.setPrerequest { me, _, _, _, _ in
      guard let me else { return CURL_PREREQFUNC_ABORT }
      let transfer = Unmanaged<HTTPTransfer>.fromOpaque(me).takeUnretainedValue()
      return transfer.mayBeWritten() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }
  }

  /// Passes on what libcurl read; any other number than that of the bytes makes libcurl end the transfer.
  private static func pass(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, to me: UnsafeMutableRawPointer?,
    _ receive: (HTTPTransfer, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    guard count > 0 else { return 0 }
    guard let me else { return 0 }
    let transfer = Unmanaged<HTTPTransfer>.fromOpaque(me).takeUnretainedValue()
    return receive(transfer, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
  }
}
