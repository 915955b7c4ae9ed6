import HTTP
import JSON

extension JiraClient {
  /// The most issues that one call fetches.
  public static let fetchLimit = 100

  /// An issue, read from the database and not from the search index, so that the last write shows.
  ///
  /// - Parameters:
  ///   - idOrKey: the issue; an old key finds an issue that was moved.
  ///   - fields: the ids of the fields to fetch.
  ///   - properties: the keys of the entity properties to fetch.
  /// - Returns: nil where there is none, or none that this account may see.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func issue(
    _ idOrKey: String, fields: [String], properties: [String] = []
  ) async throws -> Issue? {
    var query = [(name: "fields", value: fields.isEmpty ? "id" : fields.joined(separator: ","))]
    if !properties.isEmpty {
      query.append((name: "properties", value: properties.joined(separator: ",")))
    }
    do {
      let answer = try await perform(
        JiraRequest(
          method: "GET", template: "/issue/{}", arguments: [idOrKey], query: query, issue: idOrKey))
      guard let issue = Issue(try answer.json()) else {
        throw answer.unexpected("there is no id or no key")
      }
      return issue
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
  }

  /// Many issues, read from the database and not from the search index.
  ///
  /// Cloud takes one call for a hundred. Data Center finds them with a search, and asks one by one for those that its index does not have.
  ///
  /// - Parameters:
  ///   - ids: the issues' ids, any number, each counted once.
  ///   - fields: the ids of the fields to fetch.
  ///   - properties: the keys of the entity properties to fetch, at most five.
  ///   - withChanges: whether the latest entries of their histories are wanted, too (Cloud only).
  ///   - seen: when issues were last changed as far as is known, in milliseconds since 1970, by id: on Data Center, what
  ///     the index still has from before is asked for one by one. `fields` must hold `updated` then.
  /// - Returns: the issues in the order of the ids, the ids for which there is none, and what could not be read. A call that fails as
  ///   a whole is divided until what is at fault is alone, and what was read before a limit or an outage is kept.
  /// - Throws: `JiraError` where nothing could be read, or what `beforeCall` threw.
  public func issues(
    ids: [String], fields: [String], properties: [String] = [], withChanges: Bool = false,
    seen: [String: Int64] = [:]
  ) async throws -> IssueBatch {
    var counted: Set<String> = []
    let wanted = ids.filter { counted.insert($0).inserted }
    var reading = BatchReading(wanted, size: Self.fetchLimit)
    while let some = reading.next() {
      do {
        switch dialect {
        case .cloud:
          reading.read(
            try await bulkFetch(
              some, fields: fields, properties: properties, withChanges: withChanges))
        case .dataCenter:
          reading.read(
            try await searchFetch(some, fields: fields, properties: properties, seen: seen))
        }
      } catch let error as JiraError {
        guard reading.failed(some, error: error) else { throw error }
      }
    }
    return reading.batch(inOrderOf: wanted)
  }

  private func bulkFetch(
    _ ids: [String], fields: [String], properties: [String], withChanges: Bool
  ) async throws -> IssueBatch {
    var body: [String: JSON] = [
      "issueIdsOrKeys": .array(ids.map(JSON.string)),
      "fields": .array((fields.isEmpty ? ["id"] : fields).map(JSON.string)),
    ]
    if !properties.isEmpty { body["properties"] = .array(properties.map(JSON.string)) }
    // Here alone `expand` is a list.
    if withChanges { body["expand"] = ["changelog"] }
    let answer = try await perform(
      JiraRequest(method: "POST", template: "/issue/bulkfetch", body: .object(body)))
    let json = try answer.json()
    let issues = try answer.list(json["issues"], of: "issues", Issue.init)
    // Errors are of issues that could not be read just now, or would have made the answer too
    // large; only a look at each tells whether it is there.
    let doubtful = Set((json["issueErrors"]?.array ?? []).compactMap { $0["id"]?.identifier })
    return try await complete(
      ids, with: issues, asking: { doubtful.contains($0) }, fields: fields, properties: properties)
  }

  private func searchFetch(
    _ ids: [String], fields: [String], properties: [String], seen: [String: Int64]
  ) async throws -> IssueBatch {
    // An id with anything but digits would be refused as JQL, together with all others.
    let numeric = ids.filter { id in Int64(id).map { $0 >= 0 } == true }
    var issues: [Issue] = []
    if !numeric.isEmpty {
      let pages = search(
        jql: try JQL.ids(numeric), fields: fields, properties: properties,
        maxResults: Self.fetchLimit)
      do {
        for try await page in pages { issues += page }
      } catch let error as JiraError where error.kind == .invalid {
        // Some versions refuse the whole search when one id is gone.
        issues = []
      }
    }
    // The index of a node lags behind: what it does not know may well exist, and what it knows may be of before a write.
    issues.removeAll { issue in
      guard let known = seen[issue.id] else { return false }
      return issue.updated ?? .min < known
    }
    for index in issues.indices { issues[index].isFromIndex = true }
    return try await complete(
      ids, with: issues, asking: { _ in true }, fields: fields, properties: properties)
  }

  /// Puts a batch in the order of the ids, and asks by itself for issues that are absent where that may not be the truth.
  private func complete(
    _ ids: [String], with issues: [Issue], asking isDoubtful: (String) -> Bool, fields: [String],
    properties: [String]
  ) async throws -> IssueBatch {
    var byName: [String: Issue] = [:]
    for issue in issues {
      byName[issue.id] = issue
      byName[issue.key] = issue
    }
    var batch = IssueBatch()
    var obstacle: JiraError?
    for id in ids {
      if let issue = byName[id] {
        batch.found.append(issue)
      } else if !isDoubtful(id) {
        batch.missing.append(id)
      } else if let obstacle {
        batch.failed[id] = obstacle
      } else {
        do {
          if let issue = try await issue(id, fields: fields, properties: properties) {
            batch.found.append(issue)
          } else {
            batch.missing.append(id)
          }
        } catch let error as JiraError {
          batch.failed[id] = error
          if !error.mayConcernOneIssue { obstacle = error }
        }
      }
    }
    return batch
  }

  /// Changes an issue's fields; all of them, or none where JIRA refuses one.
  ///
  /// - Parameters:
  ///   - idOrKey: the issue.
  ///   - fields: the new values by field id, as JIRA takes them.
  ///   - update: operations by field id, such as `[{"add": "label"}]`; no field may be in both.
  ///   - properties: entity properties to set with the change.
  ///   - returnFields: the ids of the fields that the caller wants back.
  ///   - notifyUsers: whether watchers get a mail. Not to tell them takes an administrator; where the account is none, they are told.
  /// - Returns: the issue after the change, where JIRA tells (Cloud); nil otherwise.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  @discardableResult
  public func edit(
    _ idOrKey: String, fields: [String: JSON], update: [String: [JSON]] = [:],
    properties: [String: JSON] = [:], returnFields: [String] = [], notifyUsers: Bool = true
  ) async throws -> Issue? {
    var body: [String: JSON] = [:]
    if !fields.isEmpty { body["fields"] = .object(fields) }
    if !update.isEmpty { body["update"] = .object(update.mapValues(JSON.array)) }
    if !properties.isEmpty { body["properties"] = properties.asPropertyList }
    var request = JiraRequest(
      method: "PUT", template: "/issue/{}", arguments: [idOrKey], body: .object(body),
      isWrite: true, issue: idOrKey)
    if dialect == .cloud && !returnFields.isEmpty {
      request.query.append((name: "returnIssue", value: "true"))
    }
    let answer: JiraAnswer
    if notifyUsers {
      answer = try await perform(request)
    } else {
      var quiet = request
      quiet.query.append((name: "notifyUsers", value: "false"))
      do {
        answer = try await perform(quiet)
      } catch let error as JiraError where error.refusesQuietEdit {
        // Nothing was changed by the refused one.
        answer = try await perform(request)
      }
    }
    guard answer.response.status == 200, !answer.response.body.isEmpty else { return nil }
    // The change is made; an answer that cannot be read only means that the caller reads again.
    guard let json = try? answer.json(), var issue = Issue(json), !issue.fields.isEmpty
    else { return nil }
    let wanted = Set(returnFields)
    // Atlassian promises "the issue with fields edited in this request": fields that are not there were not read.
    guard wanted.isSubset(of: issue.fields.keys) else { return nil }
    issue.fields = issue.fields.filter { wanted.contains($0.key) }
    return issue
  }

  /// Deletes an issue, which JIRA cannot undo.
  ///
  /// - Parameters:
  ///   - idOrKey: the issue.
  ///   - deleteSubtasks: whether its subtasks go with it; without, JIRA refuses an issue that has some.
  /// - Returns: whether there was one.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  @discardableResult
  public func deleteIssue(_ idOrKey: String, deleteSubtasks: Bool = false) async throws -> Bool {
    do {
      _ = try await perform(
        JiraRequest(
          method: "DELETE", template: "/issue/{}", arguments: [idOrKey],
          query: deleteSubtasks ? [(name: "deleteSubtasks", value: "true")] : [], isWrite: true,
          issue: idOrKey))
      return true
    } catch let error as JiraError where error.kind == .notFound {
      return false
    }
  }
}

extension JiraError {
  /// Whether an edit was refused only because it was to be made without telling the watchers.
  fileprivate var refusesQuietEdit: Bool {
    (kind == .invalid || kind == .forbidden) && fieldErrors.isEmpty
      && messages.contains { $0.lowercased().contains("discard the user notification") }
  }
}
