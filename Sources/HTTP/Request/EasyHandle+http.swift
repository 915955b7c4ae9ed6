import CurlShim
import FoundationEssentials

extension EasyHandle {
  /// Sets all that concerns one HTTP request, except who receives the answer.
  ///
  /// - Parameter order: the request, checked already.
  /// - Throws: `CurlFailure` where libcurl refuses an option.
  func configure(for order: HTTPOrder) throws(CurlFailure) {
    try setAddress(of: order)
    try setTrust(order.settings)
    try setVerbAndBody(of: order.request)
    try setLimits(order.request.timeouts)
    try setHeaderLines(order.request.headerLines)
    try set(CURLOPT_USERAGENT, order.settings.userAgent)
    // Empty stands for all encodings that this libcurl can undo.
    try set(CURLOPT_ACCEPT_ENCODING, "")
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    // Headers of a proxy's answer to CONNECT are not headers of the answer.
    try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    // Otherwise libcurl uses SIGALRM for its limits.
    try set(CURLOPT_NOSIGNAL, true)
    try allowEndDuringLookup()
  }

  private func setAddress(of order: HTTPOrder) throws(CurlFailure) {
    try set(CURLOPT_URL, order.target.url)
    try allowOnly(scheme: order.target.scheme)
    // Credentials never travel to where an answer points: a redirect is handed to the caller.
    try set(CURLOPT_FOLLOWLOCATION, false)
    // libcurl obeys https_proxy and no_proxy, but this machine is never reached by way of another.
    if order.target.isLoopback { try set(CURLOPT_PROXY, "") }
    if order.target.scheme == "http" { try allowOnlyLoopback() }
    // Servers and load balancers drop idle connections after a minute or so. One that is dropped while a change is being
    // written leaves everybody in doubt, so idle ones are left earlier than libcurl's two minutes.
    try set(CURLOPT_MAXAGE_CONN, 30)
    try set(CURLOPT_FRESH_CONNECT, order.request.needsFreshConnection)
  }

  private func setTrust(_ settings: HTTPOrder.Settings) throws(CurlFailure) {
    try set(CURLOPT_SSL_VERIFYPEER, true)
    // 2: the certificate must be for the host's name.
    try set(CURLOPT_SSL_VERIFYHOST, 2)
    if let file = settings.certificateFile { try set(CURLOPT_CAINFO, file) }
  }

  private func setVerbAndBody(of request: HTTPRequest) throws(CurlFailure) {
    if let body = request.body {
      try set(CURLOPT_POST, true)
      try setBody(of: body)
    } else if request.method == "HEAD" {
      return try set(CURLOPT_NOBODY, true)
    } else if ["POST", "PUT", "PATCH"].contains(request.method) {
      // With a length of zero, which servers insist on for these verbs.
      try set(CURLOPT_POST, true)
      try setBody(of: Data())
    } else {
      try set(CURLOPT_HTTPGET, true)
    }
    try set(CURLOPT_CUSTOMREQUEST, request.method)
  }

  private func setBody(of data: Data) throws(CurlFailure) {
    let outcome: Result<Void, CurlFailure> = data.withUnsafeBytes { bytes in
      do throws(CurlFailure) {
        return .success(try setBody(bytes))
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  private func setLimits(_ timeouts: HTTPTimeouts) throws(CurlFailure) {
    // Zero would mean libcurl's default of five minutes. The limit of the whole is kept by the loop.
    try set(CURLOPT_CONNECTTIMEOUT_MS, Self.clamped(timeouts.connect.wholeMilliseconds))
    try set(CURLOPT_LOW_SPEED_LIMIT, 64)
    try set(CURLOPT_LOW_SPEED_TIME, Self.clamped(timeouts.stall.wholeSeconds))
  }

  /// libcurl keeps milliseconds in 32 bits.
  private static func clamped(_ value: Int) -> Int { min(max(value, 1), Int(Int32.max) / 1000) }
}
