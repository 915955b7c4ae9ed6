import JSON

/// What a checked change makes of an issue.
struct IssueRules: Sendable {
  let site: Site

  /// A new issue.
  ///
  /// - Parameters:
  ///   - change: what to set; has a summary, a project and an issue type.
  ///   - properties: entity properties, set with the issue.
  ///   - author: the account id of who creates it.
  ///   - now: milliseconds since 1970.
  ///   - state: gives the id and the key, and takes the issue.
  /// - Returns: the issue.
  func create(
    _ change: IssueChange, properties: [String: JSON], by author: String, at now: Int64,
    in state: inout SandboxState
  ) -> Issue {
    var fields = change.values.compactMapValues { $0 }
    let typeID = fields.removeValue(forKey: "issuetype")?.string ?? site.issueTypes[0].id
    fields["project"] = nil
    if change.values["priority"] == nil { fields["priority"] = "3" }
    if fields["reporter"] == nil { fields["reporter"] = .string(author) }
    var issue = Issue(
      id: state.takeIssueID(), key: "\(site.projectKey)-\(state.takeKeyNumber())", typeID: typeID,
      statusID: site.statuses[0].id, fields: fields, creator: author, created: now, updated: now,
      properties: properties)
    append(change.newComments, to: &issue, by: author, at: now, in: &state)
    state.put(issue)
    return issue
  }

  /// Applies a change; one that changes nothing leaves `updated` alone.
  ///
  /// - Returns: the issue as it is now.
  @discardableResult
  func edit(
    _ issue: Issue, _ change: IssueChange, by author: String, at now: Int64,
    in state: inout SandboxState
  ) -> Issue {
    var edited = issue
    for (id, value) in change.values where id != "project" {
      if id == "issuetype" {
        edited.typeID = value?.string ?? edited.typeID
      } else {
        edited.fields[id] = value
      }
    }
    append(change.newComments, to: &edited, by: author, at: now, in: &state)
    return store(edited, instead: issue, by: author, at: now, in: &state)
  }

  /// Moves an issue along an edge of the workflow.
  func transition(
    _ issue: Issue, along edge: Transition, _ change: IssueChange, properties: [String: JSON],
    by author: String, at now: Int64, in state: inout SandboxState
  ) {
    var moved = issue
    moved.properties.merge(properties) { $1 }
    moved.statusID = edge.to
    if let resolution = change.resolutionID { moved.resolutionID = resolution }
    if edge.clearsResolution { moved.resolutionID = nil }
    moved.resolved = moved.resolutionID == nil ? nil : now
    append(change.newComments, to: &moved, by: author, at: now, in: &state)
    store(moved, instead: issue, by: author, at: now, in: &state)
  }

  private func append(
    _ comments: [IssueChange.NewComment], to issue: inout Issue, by author: String,
    at now: Int64, in state: inout SandboxState
  ) {
    for comment in comments {
      issue.comments.append(
        Comment(
          id: state.takeChildID(), author: author, updateAuthor: author, body: comment.body,
          created: now, updated: now, properties: comment.properties))
    }
  }

  @discardableResult
  private func store(
    _ edited: Issue, instead old: Issue, by author: String, at now: Int64,
    in state: inout SandboxState
  ) -> Issue {
    guard edited != old else { return old }
    var edited = edited
    let items = ChangelogRules(site: site).items(from: old, to: edited)
    if !items.isEmpty {
      edited.history.append(
        HistoryEntry(id: state.takeChildID(), author: author, created: now, items: items))
    }
    edited.updated = now
    state.put(edited)
    return edited
  }
}
