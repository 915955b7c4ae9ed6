import JSON

/// One call, before it knows of the site.
struct JiraRequest {
  let method: String
  /// The path below the API's, `{}` standing for each of `arguments`.
  let template: String
  var arguments: [String] = []
  var query: [(name: String, value: String)] = []
  var body: JSON?
  /// Whether it changes something: a POST that only asks does not.
  var isWrite = false
  /// The one issue it is about.
  var issue: String?
  /// Whether it must not happen twice.
  var mustNotRepeat = false

  /// Verb and template, with a name in place of each argument.
  var endpoint: String {
    "\(method) \(template.split(separator: "{}", omittingEmptySubsequences: false).joined(separator: "{id}"))"
  }

  /// What is told of it before it goes out.
  var call: JiraCall {
    JiraCall(method: method, endpoint: endpoint, isWrite: isWrite, issue: issue)
  }

  /// Path and query; throws where an argument cannot be part of a path.
  func target() throws(JiraError) -> String {
    var path = ""
    var rest = arguments[...]
    for (index, piece) in template.split(separator: "{}", omittingEmptySubsequences: false)
      .enumerated()
    {
      if index > 0 {
        let argument = rest.popFirst() ?? ""
        // curl and servers would take dots for a step up.
        guard !argument.isEmpty, argument != ".", argument != ".." else {
          throw JiraError(
            kind: .invalid, endpoint: endpoint,
            messages: ["an id in the path is empty or made of dots"], mayHaveBeenReceived: false)
        }
        path += argument.percentEncoded
      }
      path += piece
    }
    guard !query.isEmpty else { return path }
    return path + "?"
      + query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
  }
}
