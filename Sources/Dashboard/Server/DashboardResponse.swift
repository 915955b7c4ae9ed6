/// What a client is answered.
struct DashboardResponse: Sendable, Hashable {
  var status: Int
  var contentType: String
  var headers: [(name: String, value: String)] = []
  var body: String

  static func == (left: Self, right: Self) -> Bool {
    left.status == right.status && left.contentType == right.contentType && left.body == right.body
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(status)
    hasher.combine(body)
  }

  /// A line of text for people.
  static func text(
    _ status: Int, _ text: String, headers: [(name: String, value: String)] = []
  ) -> DashboardResponse {
    DashboardResponse(
      status: status, contentType: "text/plain; charset=utf-8", headers: headers, body: text + "\n")
  }

  /// What every answer carries, so that a browser does nothing with it but show it.
  ///
  /// - Parameter nonce: what the page's own style sheet is recognised by; nil where there is none.
  /// - Returns: the headers.
  static func securityHeaders(nonce: String?) -> [(name: String, value: String)] {
    let style = nonce.map { "style-src 'nonce-\($0)'; img-src data:; " } ?? ""
    return [
      (
        "Content-Security-Policy",
        "default-src 'none'; \(style)base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
      ),
      ("X-Content-Type-Options", "nosniff"),
      ("X-Frame-Options", "DENY"),
      ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
      ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Cache-Control", "no-store"),
    ]
  }
}
