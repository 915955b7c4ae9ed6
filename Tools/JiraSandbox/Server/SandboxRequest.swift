import Foundation

/// A request to the sandbox, free of any server.
public struct SandboxRequest: Sendable {
  /// The verb, in capitals.
  public var method: String
  /// The path, still percent-encoded.
  public var path: String
  /// The query, still percent-encoded, without its question mark.
  public var query: String
  /// Headers by name in lower case.
  public var headers: [String: String]
  /// The body, empty where there is none.
  public var body: Data

  /// Describes a request.
  ///
  /// - Parameters:
  ///   - method: the verb.
  ///   - target: path and query, percent-encoded.
  ///   - headers: by name, in any case.
  ///   - body: the body.
  public init(
    _ method: String, _ target: String, headers: [String: String] = [:], body: Data = Data()
  ) {
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    self.method = method
    self.path = String(halves[0])
    self.query = halves.count > 1 ? String(halves[1]) : ""
    self.headers = Dictionary(
      headers.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    self.body = body
  }

  /// The parts of the path, decoded.
  var segments: [String] {
    path.split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
  }

  /// The parameters of the query, or of a form, decoded.
  static func parameters(of text: String) -> [String: [String]] {
    var result: [String: [String]] = [:]
    for pair in text.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { half in
          let spaced = half.replacing("+", with: " ")
          return spaced.removingPercentEncoding ?? String(spaced)
        }
      result[halves[0], default: []].append(halves.count > 1 ? halves[1] : "")
    }
    return result
  }
}
