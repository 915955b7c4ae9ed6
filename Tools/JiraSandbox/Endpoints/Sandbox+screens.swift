import JSON

/// The two screens of the site: one on which issues are made, one for all else.
extension Sandbox {
  static let screenRoutes: [Route] = [
    Route("GET", "issuetypescreenscheme/project", .cloud) { sandbox, call, _ throws(Refusal) in
      _ = try sandbox.administrator(call)
      return try sandbox.list(
        call,
        [
          [
            "issueTypeScreenScheme": [
              "id": .string(schemeID), "name": "Source audit: issue type screen scheme",
              "description": "",
            ],
            "projectIds": [.string(sandbox.site.projectID)],
          ]
        ])
    },
    Route("GET", "issuetypescreenscheme/mapping", .cloud) { sandbox, call, _ throws(Refusal) in
      _ = try sandbox.administrator(call)
      return try sandbox.list(
        call,
        [
          [
            "issueTypeScreenSchemeId": .string(schemeID), "issueTypeId": "default",
            "screenSchemeId": .string(schemeID),
          ]
        ])
    },
    Route("GET", "screenscheme", .cloud) { sandbox, call, _ throws(Refusal) in
      _ = try sandbox.administrator(call)
      return try sandbox.list(
        call,
        [
          [
            "id": .integer(10_000), "name": "Source audit: screen scheme", "description": "",
            "screens": [
              "default": .integer(editScreen), "create": .integer(createScreen),
              "edit": .integer(editScreen),
            ],
          ]
        ])
    },
    Route("GET", "screens/*/tabs") { sandbox, call, values throws(Refusal) in
      _ = try sandbox.administrator(call)
      let screen = try screen(values[0])
      return .json([["id": .integer(screen * 10), "name": "Field Tab"]])
    },
    Route("POST", "screens/*/tabs/*/fields") { sandbox, call, values throws(Refusal) in
      _ = try sandbox.administrator(call)
      let screen = try screen(values[0])
      guard values[1] == "\(screen * 10)" else {
        throw Refusal(status: 404, messages: ["The screen tab was not found."])
      }
      let id = try call.json()["fieldId"]?.string ?? ""
      let field = try sandbox.put(id, on: screen)
      return .json(["id": .string(field.id), "name": .string(field.name)])
    },
    Route("POST", "screens/addToDefault/*") { sandbox, call, values throws(Refusal) in
      _ = try sandbox.administrator(call)
      _ = try sandbox.put(values[0], on: editScreen)
      return .json([:])
    },
  ]

  private static let schemeID = "10000"
  private static let editScreen = 1
  private static let createScreen = 2

  private static func screen(_ text: String) throws(Refusal) -> Int {
    guard let number = Int(text), number == editScreen || number == createScreen else {
      throw Refusal(status: 404, messages: ["The screen was not found."])
    }
    return number
  }

  private func put(_ id: String, on screen: Int) throws(Refusal) -> FieldDefinition {
    try configure { site throws(Refusal) in
      guard var field = site.field(id) else {
        throw .badRequest("The field '\(id)' was not found.")
      }
      let isThere = screen == Sandbox.createScreen ? field.isOnCreateScreen : field.isOnEditScreen
      guard !isThere else {
        throw .badRequest("The field with ID \(id) already exists on the screen.")
      }
      if screen == Sandbox.createScreen {
        field.isOnCreateScreen = true
      } else {
        field.isOnEditScreen = true
      }
      let placed = field
      site.set(fields: site.fields.map { $0.id == id ? placed : $0 })
      return placed
    }
  }
}
