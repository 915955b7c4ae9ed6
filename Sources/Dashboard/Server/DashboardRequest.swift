/// What a client asked for, as far as it matters here.
struct DashboardRequest: Sendable, Hashable {
  var method: String
  /// As the client sent it: path and query.
  var target: String
  /// Every Host header.
  var hosts: [String] = []
  /// Whether the client speaks HTTP/1.0, which has no Host header.
  var isHTTP10 = false

  /// The path without the query.
  var path: String { String(target.prefix { $0 != "?" && $0 != "#" }) }

  /// The value of a parameter of the query, taken as it is.
  func parameter(_ name: String) -> String? {
    guard let start = target.firstIndex(of: "?") else { return nil }
    for pair in target[target.index(after: start)...].split(separator: "&")
    where pair.hasPrefix("\(name)=") {
      return String(pair.dropFirst(name.count + 1))
    }
    return nil
  }
}
