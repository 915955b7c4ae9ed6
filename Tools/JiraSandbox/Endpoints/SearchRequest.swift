import JSON

/// What a search asks for, from the query of a GET or the body of a POST.
struct SearchRequest: Sendable {
  var jql = ""
  var fields: [String]?
  var properties: [String]?
  var expand: Set<String> = []
  var maxResults: Int?
  var pageToken: String?
  var reconcile: [Int] = []
  var startAt = 0
  /// Whether unknown keys make a query of Data Center invalid.
  var isStrict = true

  /// Reads a search.
  ///
  /// - Throws: `Refusal` with status 400 where a member has the wrong type.
  init(_ call: Call) throws(Refusal) {
    if call.request.method == "POST" {
      try self.init(body: try call.json())
    } else {
      self.init()
      jql = call.parameter("jql") ?? ""
      fields = call.list("fields")
      properties = call.list("properties")
      expand = Set(call.list("expand") ?? [])
      maxResults =
        call.parameter("maxResults") == nil ? nil : try call.number("maxResults", default: 50)
      pageToken = call.parameter("nextPageToken")
      reconcile = try SearchRequest.ids(call.list("reconcileIssues")?.map(JSON.string) ?? [])
      startAt = try call.number("startAt", default: 0)
      isStrict = !["warn", "none", "false"].contains(call.parameter("validateQuery"))
    }
  }

  private init() {}

  private init(body: JSON) throws(Refusal) {
    jql = body["jql"]?.string ?? ""
    fields = body["fields"]?.array?.compactMap(\.string)
    properties = body["properties"]?.array?.compactMap(\.string)
    // A string with commas on Cloud, a list on Data Center.
    let expand = body["expand"]
    self.expand = Set(
      expand?.array?.compactMap(\.string)
        ?? expand?.string?.split(separator: ",").map { String($0).trimmingBlanks } ?? [])
    if let size = body["maxResults"], !size.isNull {
      guard let number = size.integer, number >= 0 else {
        throw .badRequest("Invalid request payload: 'maxResults' must be a whole number.")
      }
      maxResults = number
    }
    pageToken = body["nextPageToken"]?.string
    reconcile = try SearchRequest.ids(body["reconcileIssues"]?.array ?? [])
    startAt = body["startAt"]?.integer ?? 0
    isStrict =
      !["warn", "none", "false"].contains(body["validateQuery"]?.string)
      && body["validateQuery"] != false
  }

  private static func ids(_ values: [JSON]) throws(Refusal) -> [Int] {
    var ids: [Int] = []
    for value in values {
      guard let id = value.integer ?? value.string.flatMap({ Int($0) }) else {
        throw .badRequest("Invalid request payload: 'reconcileIssues' must hold ids of issues.")
      }
      ids.append(id)
    }
    return ids
  }
}
