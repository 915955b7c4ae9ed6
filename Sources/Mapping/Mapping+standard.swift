extension Mapping {
  /// The mapping of `file_audit` that is built in.
  public static let standard = Mapping(fields: [
    FieldMapping(
      name: "summary", columns: ["file_number", "file_path", "technical_debt"],
      target: .system("summary"), source: .template(.standardSummary), required: true),
    FieldMapping(
      name: "description", columns: ["technical_debt"], target: .system("description"),
      direction: .both, pushOnlyBeside: "technical_debt"),
    FieldMapping(name: "file_path", columns: ["file_path"], target: .customName("File path")),
    FieldMapping(name: "file_name", columns: ["file_name"], target: .customName("File name")),
    FieldMapping(name: "file_number", columns: ["file_number"], target: .customName("File number")),
    FieldMapping(
      name: "layer_number", columns: ["layer_number"], target: .customName("Layer number")),
    FieldMapping(name: "layer_name", columns: ["layer_name"], target: .customName("Layer")),
    FieldMapping(name: "status", columns: ["status"], target: .customName("File status")),
    FieldMapping(
      name: "workflows", columns: ["workflows"], target: .customName("Workflows"),
      direction: .both),
    FieldMapping(
      name: "technical_debt", columns: ["technical_debt"], target: .customName("Technical debt"),
      direction: .both),
    FieldMapping(
      name: "audit_status", columns: ["has_technical_debt", "audit_status"], target: .status,
      direction: .both, conflict: .jiraWins, source: .status(StatusRules())),
    FieldMapping(
      name: "audit_date", columns: ["audit_date"], target: .customName("Audit date"),
      direction: .both, conflict: .jiraWins, onResolution: .date),
    FieldMapping(
      name: "audited_by", columns: ["audited_by"], target: .customName("Audited by"),
      direction: .both, conflict: .jiraWins, onResolution: .resolver),
    FieldMapping(
      name: "notes", columns: ["notes"], target: .customName("Notes"), direction: .both),
    FieldMapping(
      name: "jira_tickets", columns: ["jira_tickets"], target: .issueKey, direction: .pull,
      conflict: .jiraWins, source: .tickets),
  ])
}

extension Template {
  /// `[0042] path — first line of the debt`, without the last part where there is no debt text.
  static let standardSummary = Template(
    text: "[{file_number}] {file_path}{? — {technical_debt|first_line}}",
    pieces: [
      .text("["), .column("file_number", filters: []), .text("] "),
      .column("file_path", filters: []),
      .optional([.text(" — "), .column("technical_debt", filters: [.firstLine])]),
    ])
}
