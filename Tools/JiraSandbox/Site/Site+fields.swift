extension Site {
  static let systemFields: [FieldDefinition] = [
    FieldDefinition(
      id: "issuekey", name: "Key", kind: .key, clauseNames: ["id", "issue", "issuekey", "key"],
      isOnCreateScreen: false, isOnEditScreen: false, isNavigable: false),
    FieldDefinition(
      id: "project", name: "Project", kind: .project, clauseNames: ["project"],
      isOnEditScreen: false),
    FieldDefinition(
      id: "issuetype", name: "Issue Type", kind: .issueType, clauseNames: ["issuetype", "type"]),
    FieldDefinition(id: "summary", name: "Summary", kind: .text, clauseNames: ["summary"]),
    FieldDefinition(
      id: "description", name: "Description", kind: .richText, clauseNames: ["description"]),
    FieldDefinition(
      id: "environment", name: "Environment", kind: .richText, clauseNames: ["environment"]),
    FieldDefinition(id: "labels", name: "Labels", kind: .labels, clauseNames: ["labels"]),
    FieldDefinition(id: "priority", name: "Priority", kind: .priority, clauseNames: ["priority"]),
    FieldDefinition(id: "assignee", name: "Assignee", kind: .person, clauseNames: ["assignee"]),
    FieldDefinition(id: "reporter", name: "Reporter", kind: .person, clauseNames: ["reporter"]),
    FieldDefinition(
      id: "creator", name: "Creator", kind: .person, clauseNames: ["creator"],
      isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "duedate", name: "Due date", kind: .day, clauseNames: ["due", "duedate"]),
    FieldDefinition(
      id: "components", name: "Components", kind: .components, clauseNames: ["component"]),
    FieldDefinition(
      id: "versions", name: "Affects versions", kind: .versions, clauseNames: ["affectedversion"]),
    FieldDefinition(
      id: "fixVersions", name: "Fix versions", kind: .versions, clauseNames: ["fixversion"]),
    FieldDefinition(id: "parent", name: "Parent", kind: .parent, clauseNames: ["parent"]),
    FieldDefinition(
      id: "status", name: "Status", kind: .status, clauseNames: ["status"],
      isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "resolution", name: "Resolution", kind: .resolution, clauseNames: ["resolution"],
      isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "created", name: "Created", kind: .instant, clauseNames: ["created", "createddate"],
      isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "updated", name: "Updated", kind: .instant, clauseNames: ["updated", "updateddate"],
      isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "resolutiondate", name: "Resolved", kind: .instant,
      clauseNames: ["resolutiondate", "resolved"], isOnCreateScreen: false, isOnEditScreen: false),
    FieldDefinition(
      id: "comment", name: "Comment", kind: .comments, clauseNames: ["comment"],
      isOnCreateScreen: false, isOnEditScreen: false, isNavigable: false),
  ]

  static let customFields: [FieldDefinition] = [
    custom(10_010, "File path", .text),
    custom(10_011, "File name", .text),
    custom(10_012, "File number", .text),
    custom(10_013, "Layer number", .number),
    custom(
      10_014, "Layer", .option,
      [
        "Models & ENUMs", "Schemas", "Routers", "Services", "Configuration", "UI Components",
      ]),
    custom(10_015, "File status", .option, ["SYSTEM", "SHARED", "NOVEL"]),
    custom(
      10_016, "Workflows", .options,
      ["SYSTEM", "WF1", "WF2", "WF3", "WF4", "WF5", "WF6", "WF7"]),
    custom(10_017, "Technical debt", .richText),
    custom(10_018, "Audit date", .instant),
    custom(10_019, "Audited by", .text),
    custom(10_020, "Notes", .richText),
  ]

  private static func custom(
    _ number: Int, _ name: String, _ kind: FieldKind, _ options: [String] = []
  ) -> FieldDefinition {
    FieldDefinition(
      id: "customfield_\(number)", name: name, kind: kind,
      clauseNames: FieldDefinition.clauseNames(id: "customfield_\(number)", name: name),
      options: options.enumerated().map { place, value in
        // Ids of options are unique in a site, so each field has its own hundred.
        FieldOption(id: String((number - 10_000) * 100 + 10_000 + place), value: value)
      })
  }
}
