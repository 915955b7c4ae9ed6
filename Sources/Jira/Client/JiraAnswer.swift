import HTTP
import JSON

/// A success, and what it was the answer to.
struct JiraAnswer {
  /// As deep as the parser reads.
  static let deepest = 512

  let response: HTTPResponse
  let endpoint: String
  /// The body of an answer to a read.
  private let parsed: JSON?

  /// Takes a success, unless it is none: a login page or a gateway's notice with status 200, or what cannot be read.
  ///
  /// - Parameters:
  ///   - response: the answer.
  ///   - endpoint: verb and path template.
  ///   - isWrite: whether the call has changed something; then its body is read only where the caller asks for it.
  ///   - secrets: texts that are blotted out of what the answer says.
  /// - Throws: `JiraError` for a web page, and for what cannot be read.
  init(
    response: HTTPResponse, endpoint: String, isWrite: Bool, secrets: [String]
  ) throws(JiraError) {
    self.response = response
    self.endpoint = endpoint
    let isPage = response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
    if isPage {
      let words = ErrorBody(response.body, secrets: secrets).messages
      let title = words.isEmpty ? "" : ": " + words.joined(separator: "; ")
      throw JiraError(
        kind: .unexpectedAnswer, status: response.status, endpoint: endpoint,
        messages: ["a web page came instead of JSON, such as a login page or a proxy's\(title)"])
    }
    if isWrite || response.body.isEmpty {
      parsed = nil
    } else {
      parsed = try Self.parse(response, endpoint: endpoint)
    }
  }

  /// The body as JSON.
  func json() throws(JiraError) -> JSON {
    if let parsed { return parsed }
    return try Self.parse(response, endpoint: endpoint)
  }

  private static func parse(
    _ response: HTTPResponse, endpoint: String
  ) throws(JiraError) -> JSON {
    // No text of Postgres holds U+0000, so it is replaced where it comes in.
    if SurrogateRepair.holdsZero(response.body),
      let repaired = SurrogateRepair.repair(response.body), let json = try? JSON(parsing: repaired)
    {
      return json
    }
    do {
      return try JSON(parsing: response.body)
    } catch {
      if let repaired = SurrogateRepair.repair(response.body),
        let json = try? JSON(parsing: repaired)
      {
        return json
      }
      let depth = JSONDepth.of(response.body)
      // The parser's error quotes the body; the length says enough.
      throw JiraError(
        kind: depth > deepest ? .unreadable : .unexpectedAnswer, status: response.status,
        endpoint: endpoint,
        messages: [
          depth > deepest
            ? "the answer is nested \(depth) levels deep, and \(deepest) can be read"
            : "the body (\(response.body.count) bytes) is not JSON"
        ])
    }
  }

  /// A list in the body, each element of which must be readable.
  func list<Element>(_ json: JSON?, of what: String, _ read: (JSON) -> Element?)
    throws(JiraError) -> [Element]
  {
    guard let elements = json?.array else { throw unexpected("there is no list of \(what)") }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for element in elements {
      guard let value = read(element) else { throw unexpected("one of the \(what) is malformed") }
      result.append(value)
    }
    return result
  }

  /// The error for an answer that is not what the endpoint promises.
  func unexpected(_ message: String) -> JiraError {
    JiraError(
      kind: .unexpectedAnswer, status: response.status, endpoint: endpoint, messages: [message])
  }
}
