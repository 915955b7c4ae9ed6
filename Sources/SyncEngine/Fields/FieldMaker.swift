import JSON
import Jira
import Mapping

/// Makes custom fields and options on a Cloud site.
public struct FieldMaker: Sendable {
  let client: JiraClient
  let facts: SiteFacts

  /// Prepares; nothing is sent.
  ///
  /// - Parameters:
  ///   - client: speaks the site's dialect.
  ///   - facts: what the site says.
  public init(client: JiraClient, facts: SiteFacts) {
    self.client = client
    self.facts = facts
  }

  /// Whether this account may make fields; Data Center has no way to give a field options.
  ///
  /// - Returns: nil where it may, else why not and what to do.
  /// - Throws: `JiraError`.
  public func obstacle() async throws -> String? {
    guard client.dialect == .cloud else {
      return
        "JIRA Data Center has no API for the options and screens of fields. An administrator has to make them by hand: "
        + "Administration, Issues, Custom fields"
    }
    guard try await client.myPermissions(["ADMINISTER"])["ADMINISTER"] == true else {
      return
        "This account may not administer JIRA. Use the token of an administrator for this one command, or have "
        + "an administrator make them: Settings, Issues, Custom fields"
    }
    return nil
  }

  /// Makes a field or the options that it lacks, and puts a new one on the project's screens.
  ///
  /// - Parameter creation: what is to be made.
  /// - Returns: the field's id, and what a person still has to do.
  /// - Throws: `JiraError`.
  public func make(_ creation: FieldCreation) async throws -> (id: String, remaining: String?) {
    let id: String
    if let known = creation.id {
      id = known
    } else {
      let prefix = "com.atlassian.jira.plugin.system.customfieldtypes:"
      id = try await client.createField(
        name: creation.name, type: prefix + creation.type.jiraName,
        searcher: prefix + creation.type.searcher,
        description: "Kept in sync with the file audit by jira-sync."
      ).id
    }
    if !creation.options.isEmpty { try await addOptions(creation, to: id) }
    guard creation.id == nil else { return (id, nil) }
    let screens = try await client.screens(
      projectID: facts.project.id, issueTypeID: facts.issueType.id)
    guard !screens.isEmpty else {
      return (
        id,
        "project \(facts.project.key) has no screens that can be changed here; add \(creation.name) to "
          + "the issue type \(facts.issueType.name) in the project's settings"
      )
    }
    for screen in screens { try await client.add(field: id, toScreen: screen) }
    return (id, nil)
  }

  private func addOptions(_ creation: FieldCreation, to id: String) async throws {
    guard let context = try await client.fieldContext(of: id) else {
      throw JiraError(
        kind: .invalid, endpoint: "GET /field/{id}/context",
        messages: ["\(creation.name) (\(id)) has no context that could hold options"])
    }
    guard creation.type == .cascadingSelect else {
      _ = try await client.addOptions(creation.options, to: id, context: context)
      return
    }
    let levels = creation.options.map { text in
      text.split(separator: " / ", maxSplits: 1).map(String.init)
    }
    let known = facts.createMetadata?.first { $0.fieldID == id }?.allowedValues ?? []
    var parents: [String: String] = [:]
    for option in known {
      if let value = option["value"]?.string, let id = option["id"]?.string { parents[value] = id }
    }
    let new = Set(levels.compactMap(\.first)).subtracting(parents.keys)
    if !new.isEmpty {
      parents.merge(try await client.addOptions(new.sorted(), to: id, context: context)) { $1 }
    }
    for (name, parent) in parents.sorted(by: { $0.key < $1.key }) {
      let children = levels.filter { $0.count == 2 && $0[0] == name }.map { $0[1] }
      guard !children.isEmpty else { continue }
      _ = try await client.addOptions(children, to: id, context: context, below: parent)
    }
  }
}
