import JSON

extension Sandbox {
  /// Answers a request to the REST API; `path` is what follows the version.
  func api(_ call: Call, _ path: ArraySlice<String>) throws(Refusal) -> SandboxReply {
    for route in Sandbox.routes {
      if let values = route.match(call.request.method, path, site.deployment) {
        return try route.handler(self, call, values)
      }
    }
    throw Sandbox.noSuchPath
  }

  /// All endpoints; the first that matches answers, so fixed paths stand before those with values.
  private static let routes =
    siteRoutes + searchRoutes + issueRoutes + partRoutes + fieldRoutes + screenRoutes

  private static let siteRoutes: [Route] = [
    Route("GET", "serverInfo") { sandbox, call, _ in sandbox.serverInfo(call) },
    Route("GET", "myself") { sandbox, call, _ throws(Refusal) in
      let person = try call.person()
      var members = Renderer(site: sandbox.site, call: call).person(person)
      members["locale"] = .string(person.language.locale)
      return .json(members)
    },
    Route("GET", "field") { sandbox, call, _ in sandbox.fields(call) },
    Route("GET", "status") { sandbox, call, _ in sandbox.statuses(call) },
    Route("GET", "resolution") { sandbox, call, _ in
      sandbox.list(call, sandbox.site.resolutions) { $0.resolution($1) }
    },
    Route("GET", "priority") { sandbox, call, _ in
      sandbox.list(call, sandbox.site.priorities) { $0.priority($1) }
    },
    Route("GET", "issuetype") { sandbox, call, _ in
      sandbox.list(call, sandbox.site.issueTypes) { $0.issueType($1) }
    },
    Route("GET", "project", .server) { sandbox, call, _ in sandbox.allProjects(call) },
    Route("GET", "project/search", .cloud) { sandbox, call, _ in sandbox.projects(call) },
    Route("GET", "project/*") { sandbox, call, values throws(Refusal) in
      try sandbox.project(call, values[0])
    },
    Route("GET", "project/*/statuses") { sandbox, call, values throws(Refusal) in
      try sandbox.projectStatuses(call, values[0])
    },
    Route("GET", "mypermissions") { sandbox, call, _ throws(Refusal) in
      try sandbox.permissions(call)
    },
    Route("GET", "user/search") { sandbox, call, _ throws(Refusal) in try sandbox.people(call) },
    Route("GET", "user/assignable/search") { sandbox, call, _ throws(Refusal) in
      try sandbox.people(call)
    },
  ]

  private static let searchRoutes: [Route] = [
    Route("GET", "search/jql", .cloud) { sandbox, call, _ throws(Refusal) in
      try sandbox.search(call)
    },
    Route("POST", "search/jql", .cloud) { sandbox, call, _ throws(Refusal) in
      try sandbox.search(call)
    },
    Route("POST", "search/approximate-count", .cloud) { sandbox, call, _ throws(Refusal) in
      try sandbox.count(call)
    },
    Route("GET", "search", .cloud) { sandbox, _, _ throws(Refusal) in try sandbox.removedSearch() },
    Route("POST", "search", .cloud) { sandbox, _, _ throws(Refusal) in
      try sandbox.removedSearch()
    },
    Route("GET", "search", .server) { sandbox, call, _ throws(Refusal) in
      try sandbox.searchByOffset(call)
    },
    Route("POST", "search", .server) { sandbox, call, _ throws(Refusal) in
      try sandbox.searchByOffset(call)
    },
  ]

  private static let issueRoutes: [Route] = [
    Route("POST", "issue") { sandbox, call, _ throws(Refusal) in try sandbox.create(call) },
    Route("POST", "issue/bulk") { sandbox, call, _ throws(Refusal) in
      try sandbox.createMany(call)
    },
    Route("POST", "issue/bulkfetch", .cloud) { sandbox, call, _ throws(Refusal) in
      try sandbox.fetchMany(call)
    },
    Route("GET", "issue/createmeta/*/issuetypes") { sandbox, call, values throws(Refusal) in
      try sandbox.createMetaTypes(call, values[0])
    },
    Route("GET", "issue/createmeta/*/issuetypes/*") { sandbox, call, values throws(Refusal) in
      try sandbox.createMetaFields(call, values[0], values[1])
    },
    Route("GET", "issue/*") { sandbox, call, values throws(Refusal) in
      try sandbox.get(call, values[0])
    },
    Route("PUT", "issue/*") { sandbox, call, values throws(Refusal) in
      try sandbox.edit(call, values[0])
    },
    Route("DELETE", "issue/*") { sandbox, call, values throws(Refusal) in
      try sandbox.delete(call, values[0])
    },
    Route("GET", "issue/*/editmeta") { sandbox, call, values throws(Refusal) in
      try sandbox.editMeta(call, values[0])
    },
    Route("GET", "issue/*/transitions") { sandbox, call, values throws(Refusal) in
      try sandbox.transitions(call, values[0])
    },
    Route("POST", "issue/*/transitions") { sandbox, call, values throws(Refusal) in
      try sandbox.transition(call, values[0])
    },
    Route("GET", "issue/*/changelog", .cloud) { sandbox, call, values throws(Refusal) in
      try sandbox.changelog(call, values[0])
    },
  ]

  private static let partRoutes: [Route] = [
    Route("GET", "issue/*/comment") { sandbox, call, values throws(Refusal) in
      try sandbox.comments(call, values[0])
    },
    Route("POST", "issue/*/comment") { sandbox, call, values throws(Refusal) in
      try sandbox.addComment(call, values[0])
    },
    Route("GET", "issue/*/comment/*") { sandbox, call, values throws(Refusal) in
      try sandbox.comment(call, values[0], values[1])
    },
    Route("PUT", "issue/*/comment/*") { sandbox, call, values throws(Refusal) in
      try sandbox.editComment(call, values[0], values[1])
    },
    Route("DELETE", "issue/*/comment/*") { sandbox, call, values throws(Refusal) in
      try sandbox.deleteComment(call, values[0], values[1])
    },
    Route("GET", "comment/*/properties/*") { sandbox, call, values throws(Refusal) in
      try sandbox.commentProperty(call, values[0], values[1])
    },
    Route("GET", "issue/*/properties") { sandbox, call, values throws(Refusal) in
      try sandbox.properties(call, values[0])
    },
    Route("GET", "issue/*/properties/*") { sandbox, call, values throws(Refusal) in
      try sandbox.property(call, values[0], values[1])
    },
    Route("PUT", "issue/*/properties/*") { sandbox, call, values throws(Refusal) in
      try sandbox.setProperty(call, values[0], values[1])
    },
    Route("DELETE", "issue/*/properties/*") { sandbox, call, values throws(Refusal) in
      try sandbox.removeProperty(call, values[0], values[1])
    },
  ]
}
