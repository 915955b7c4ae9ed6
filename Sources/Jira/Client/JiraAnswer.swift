import HTTP
import JSON

/// A success, and what it was the answer to.
struct JiraAnswer {
  let response: HTTPResponse
  let endpoint: String

  /// The body as JSON.
  func json() throws(JiraError) -> JSON {
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
      // The parser's error quotes the body; the length says enough.
      throw unexpected("the body (\(response.body.count) bytes) is not JSON")
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
