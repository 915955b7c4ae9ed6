import JSON

extension Sandbox {
  /// Adds people and changes what they may: `POST people`, `PUT people/<address>`.
  func administerPeople(_ call: Call, _ path: [String]) throws(Refusal) -> SandboxReply {
    let body = try call.json()
    switch (call.request.method, path.count) {
    case ("POST", 0):
      guard let email = body["email"]?.string, let token = body["token"]?.string else {
        throw .badRequest("A person needs 'email' and 'token'.")
      }
      try set(Person(email: email, token: token), body)
    case ("PUT", 1):
      guard let person = site.people.first(where: { $0.email == path[0] }) else {
        throw Refusal(status: 404, messages: ["Nobody has the address '\(path[0])'."])
      }
      try set(person, body)
    default: throw Sandbox.noSuchPath
    }
    return .noContent
  }

  private func set(_ person: Person, _ body: JSON) throws(Refusal) {
    var person = person
    person.token = body["token"]?.string ?? person.token
    person.displayName = body["displayName"]?.string ?? person.displayName
    person.timeZone = body["timeZone"]?.string ?? person.timeZone
    if let code = body["language"]?.string {
      guard let language = Language(rawValue: code) else {
        throw .badRequest("There is no language '\(code)'.")
      }
      person.language = language
    }
    person.isAdministrator = body["administrator"]?.bool ?? person.isAdministrator
    person.mayBrowse = body["browse"]?.bool ?? person.mayBrowse
    person.mayEdit = body["edit"]?.bool ?? person.mayEdit
    let changed = person
    try configure { site throws(Refusal) in
      do throws(SandboxError) { try site.set(person: changed) } catch {
        throw .badRequest("\(error)")
      }
    }
  }
}
