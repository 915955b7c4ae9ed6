import Jira

extension JiraClient {
  /// The same client, speaking as the site wants to be spoken to, once it is sure that there is a JIRA at the address.
  ///
  /// - Returns: the client.
  /// - Throws: `SiteError.wrongAddress` where there is none at the address and one at an address above it, `JiraError`.
  public func located() async throws -> JiraClient {
    do {
      return try await detectingDialect()
    } catch let error as JiraError where error.kind == .notFound || error.kind == .gone {
      guard let base = try await addressAbove() else { throw error }
      throw SiteError.wrongAddress(configuration.siteURL, base: base)
    }
  }
}
