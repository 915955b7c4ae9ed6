import CurlShim
import FoundationEssentials
import Logging

/// A mail while libcurl delivers it; lives on the curl thread.
///
/// As with `HTTPTransfer`, libcurl gets an unretained pointer to it, and the loop keeps it for as long as libcurl has that.
final class MailTransfer: Transfer {
  let easy: EasyHandle
  let deadline: ContinuousClock.Instant
  private let order: MailOrder
  private var dialogue = SMTPDialogue()
  private var sent = 0

  init(_ order: MailOrder) throws(CurlFailure) {
    self.order = order
    easy = try EasyHandle()
    deadline = order.sentAt.advanced(by: order.timeouts.total)
    try setServer()
    try setEnvelope()
    try connectCallbacks()
  }

  private func setServer() throws(CurlFailure) {
    let server = order.server
    try easy.set(CURLOPT_URL, server.url)
    try easy.allowOnly(scheme: server.scheme)
    // Mail does not go by way of a proxy for the web.
    try easy.set(CURLOPT_PROXY, "")
    // Mails are rare, and servers close idle connections: each has one of its own, so none is sent twice by libcurl.
    try easy.set(CURLOPT_FRESH_CONNECT, true)
    try easy.set(CURLOPT_FORBID_REUSE, true)
    // What stays on this machine may go without TLS, and so with an unsigned certificate.
    let mayBePlain = server.isLoopback
    if mayBePlain { try easy.allowOnlyLoopback() }
    let use = mayBePlain ? CURLUSESSL_TRY : CURLUSESSL_ALL
    try easy.set(CURLOPT_USE_SSL, Int(use.rawValue))
    let verifies = !mayBePlain || order.certificateFile != nil
    try easy.set(CURLOPT_SSL_VERIFYPEER, verifies)
    try easy.set(CURLOPT_SSL_VERIFYHOST, verifies ? 2 : 0)
    if let file = order.certificateFile { try easy.set(CURLOPT_CAINFO, file) }
    if let user = server.user, let password = server.password {
      try easy.set(CURLOPT_USERNAME, user)
      try easy.set(CURLOPT_PASSWORD, password)
    }
    try easy.set(CURLOPT_NOSIGNAL, true)
    try easy.allowEndDuringLookup()
    let connect = min(max(order.timeouts.connect.wholeMilliseconds, 1), Int(Int32.max) / 1000)
    try easy.set(CURLOPT_CONNECTTIMEOUT_MS, connect)
    // Each answer, those for which libcurl does nothing else included; its own limit is two minutes.
    try easy.set(
      CURLOPT_SERVER_RESPONSE_TIMEOUT, min(max(order.timeouts.total.wholeSeconds, 1), 120))
  }

  private func setEnvelope() throws(CurlFailure) {
    try easy.set(CURLOPT_MAIL_FROM, "<\(order.mail.sender)>")
    try easy.setList(CURLOPT_MAIL_RCPT, order.mail.recipients.map { "<\($0)>" })
    // One address with a typing error keeps no mail from the others.
    try easy.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, true)
    try easy.set(CURLOPT_UPLOAD, true)
    try easy.set(CURLOPT_INFILESIZE_LARGE, offset: Int64(order.mail.message.count))
  }

  /// Puts the next piece of the message into libcurl's buffer; 0 at the end.
  fileprivate func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let message = order.mail.message
    let count = min(buffer.count, message.count - sent)
    guard count > 0 else { return 0 }
    let start = message.startIndex + sent
    message[start..<(start + count)].withUnsafeBytes { buffer.copyMemory(from: $0) }
    sent += count
    return count
  }

  /// Takes a line of the server.
  fileprivate func hear(_ line: UnsafeRawBufferPointer) -> Bool { dialogue.take(line) }

  func end(_ ending: TransferEnding) {
    let outcome = outcome(of: ending)
    log(outcome)
    order.complete(outcome)
  }

  private var wasSentWhole: Bool { sent == order.mail.message.count && dialogue.tookEnvelope }

  private func outcome(of ending: TransferEnding) -> MailOrder.Outcome {
    guard case .finished(let code) = ending else {
      return .failure(order.error(for: ending, mayHaveBeenTaken: wasSentWhole))
    }
    if code == CURLE_OK {
      let last = dialogue.replies.last { $0.code == 250 }
      return .success(
        MailReceipt(
          reply: last?.text ?? "taken",
          refused: dialogue.refused(of: order.mail.recipients)))
    }
    let facts = MailFailureFacts(
      code: code, explanation: easy.explanation(of: code), dialogue: dialogue,
      wasResolved: easy.offset(CURLINFO_NAMELOOKUP_TIME_T) > 0)
    let kind = facts.kind
    let isClearNo = kind == .message || kind == .later || kind == .envelope
    return .failure(
      MailError(
        kind: kind, server: order.server.origin, detail: facts.detail,
        mayHaveBeenTaken: wasSentWhole && !isClearNo))
  }

  private func log(_ outcome: MailOrder.Outcome) {
    let time = order.sentAt.duration(to: .now).wholeMilliseconds
    switch outcome {
    case .success:
      order.logger.trace(
        "mail taken", metadata: ["server": "\(order.server.origin)", "ms": "\(time)"])
    case .failure(let error):
      order.logger.debug(
        "mail not taken",
        metadata: [
          "server": "\(error.server)", "kind": "\(error.kind)", "detail": "\(error.detail)",
          "may_have_been_taken": "\(error.mayHaveBeenTaken)", "ms": "\(time)",
        ])
    }
  }

  private func connectCallbacks() throws(CurlFailure) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    try easy.set(CURLOPT_READDATA, pointer: me)
    try easy.setSender { buffer, size, count, me in
      guard let buffer, let me else { return 0 }
      let transfer = Unmanaged<MailTransfer>.fromOpaque(me).takeUnretainedValue()
      return transfer.fill(UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
    }
    for (data, function) in [
      (CURLOPT_HEADERDATA, CURLOPT_HEADERFUNCTION), (CURLOPT_WRITEDATA, CURLOPT_WRITEFUNCTION),
    ] {
      try easy.set(data, pointer: me)
      try easy.setReceiver(function) { bytes, size, count, me in
        guard let bytes, let me else { return 0 }
        let transfer = Unmanaged<MailTransfer>.fromOpaque(me).takeUnretainedValue()
        return transfer.hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
          ? size * count : 0
      }
    }
  }
}
