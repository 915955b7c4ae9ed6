import JSON

extension Sandbox {
  /// Has JIRA ignore or alter a field that it accepts; `DELETE` ends it.
  ///
  /// `{"field": "Notes", "on": ["edit"], "effect": "ignore"}`; without `on`, all requests.
  func administerStorage(_ call: Call) throws(Refusal) -> SandboxReply {
    guard call.request.method == "POST" else {
      try configure { $0.storageRules = [] }
      return .noContent
    }
    let body = try call.json()
    guard let name = body["field"]?.string,
      let field = site.field(name) ?? site.fields.first(where: { $0.name == name }),
      let effect = body["effect"]?.string.flatMap(StorageRule.Effect.init)
    else {
      throw .badRequest("A rule needs 'field' and 'effect': ignore, round, drop, lower or minute.")
    }
    let names = body["on"]?.array?.compactMap(\.string)
    let requests =
      names.map { Set($0.compactMap(StorageRule.Request.init)) }
      ?? Set(StorageRule.Request.allCases)
    try configure {
      $0.storageRules.append(StorageRule(field: field.id, requests: requests, effect: effect))
    }
    return .noContent
  }

  /// Sets how long a document may be, and whether the end of each paragraph counts: `{"document": 20000, "paragraphEnds": true}`.
  func administerLimits(_ call: Call) throws(Refusal) -> SandboxReply {
    let body = try call.json()
    try configure {
      $0.longestDocument = body["document"]?.integer ?? $0.longestDocument
      $0.countsParagraphEnds = body["paragraphEnds"]?.bool ?? $0.countsParagraphEnds
    }
    return .noContent
  }
}
