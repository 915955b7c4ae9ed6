import HTTP
import JSON

extension JiraClient {
  /// Where a JIRA answers, above an address that has none: people copy the address of a page.
  ///
  /// The credentials are not sent along.
  ///
  /// - Returns: the longest such address; nil where there is none.
  /// - Throws: what `beforeCall` threw.
  public func addressAbove() async throws -> String? {
    var address = configuration.baseURL
    guard let scheme = address.range(ofASCII: "://") else { return nil }
    while let slash = address.lastIndex(of: "/"), slash > scheme.upperBound {
      address = String(address[..<slash])
      try await announce(JiraRequest(method: "GET", template: "/serverInfo"))
      let request = HTTPRequest(
        method: "GET", url: address + JiraDialect.dataCenter.apiPath + "/serverInfo",
        headers: [
          (name: "Accept", value: "application/json"),
          (name: "User-Agent", value: configuration.userAgent),
        ], body: nil, timeouts: configuration.timeouts)
      guard let answer = try? await transport.send(request), answer.status == 200,
        let json = try? JSON(parsing: answer.body), ServerInfo(json) != nil
      else { continue }
      return address
    }
    return nil
  }
}
