import Foundation
import JSON

/// A request whose sender is known, with what the endpoints need of it.
struct Call: Sendable {
  var request: SandboxRequest
  /// The user that asks; nil without credentials.
  var caller: Person?
  var version: APIVersion
  /// The site's address as the client knows it.
  var base: String
  let parameters: [String: [String]]

  init(request: SandboxRequest, caller: Person?, version: APIVersion, base: String) {
    self.request = request
    self.caller = caller
    self.version = version
    self.base = base
    self.parameters = SandboxRequest.parameters(of: request.query)
  }

  /// Who asks, where the project is to be seen by them; nil for anybody else.
  var browser: Person? { caller?.mayBrowse == true ? caller : nil }

  /// The address of the API.
  var api: String { "\(base)/rest/api/\(version.rawValue)" }

  func parameter(_ name: String) -> String? { parameters[name]?.first }

  /// A parameter that is a list: given repeatedly, or with commas.
  func list(_ name: String) -> [String]? {
    parameters[name].map { values in
      values.flatMap { $0.split(separator: ",").map { String($0).trimmingBlanks } }
    }
  }

  func flag(_ name: String, default standard: Bool) -> Bool {
    parameter(name).map { $0.lowercased() == "true" } ?? standard
  }

  /// A parameter that is a number.
  ///
  /// - Throws: `Refusal` with status 400 where it is none.
  func number(_ name: String, default standard: Int) throws(Refusal) -> Int {
    guard let text = parameter(name) else { return standard }
    guard let number = Int(text), number >= 0 else {
      throw .badRequest("The value '\(text)' of the parameter '\(name)' is not a valid number.")
    }
    return number
  }

  /// The body as JSON.
  ///
  /// - Throws: `Refusal` with status 400 where it is no object.
  func json() throws(Refusal) -> JSON {
    do {
      let value = try JSON(parsing: request.body)
      if value.object != nil || value.array != nil { return value }
    } catch {
      throw .badRequest(
        "There was an error parsing JSON. Check that your request body is valid.")
    }
    throw .badRequest("Invalid request payload. Refer to the REST API documentation and try again.")
  }

  /// Who asks.
  ///
  /// - Throws: `Refusal` with status 401 where nobody is known.
  func person() throws(Refusal) -> Person {
    guard let caller else {
      throw Refusal(
        status: 401,
        messages: ["You are not authenticated. Authentication required to perform this operation."],
        headers: [("WWW-Authenticate", "OAuth realm=\"\(base)\"")])
    }
    return caller
  }

  /// Who asks, for what only people who see the project may touch.
  ///
  /// - Throws: `Refusal` with status 404 where nobody is known: JIRA does not tell what exists.
  func viewer() throws(Refusal) -> Person {
    guard let browser else { throw .noSuchIssue }
    return browser
  }
}
