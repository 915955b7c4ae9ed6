import JSON
import Jira
import Simulation
import Testing

@testable import Mapping
@testable import Planning

/// What a resolution says about the debt of a row is known by id and by every name, and never guessed.
@Suite("What a resolution means") struct ResolutionTests {
  private func mapping(
    _ change: (inout StatusRules) -> Void = { _ in }, resolutions: [JSON] = [],
    direction: SyncDirection = .both
  ) throws -> ResolvedMapping {
    var mapping = Mapping.standard
    for index in mapping.fields.indices {
      guard case .status(var rules) = mapping.fields[index].source else { continue }
      change(&rules)
      mapping.fields[index].source = .status(rules)
      mapping.fields[index].direction = direction
    }
    mapping.fields = mapping.fields.filter { $0.name == "audit_status" }
    var names = SiteNames()
    names.resolutions = NameList(resolutions.compactMap(TranslatedName.init))
    return try ResolvedMapping.resolve(
      mapping, fields: SampleSite.fields, createMetadata: nil, projectID: "10000", names: names)
  }

  private func issue(_ category: String, _ resolution: JSON) -> IssueSide {
    .present(
      IssueSnapshot(
        key: "A-1", fields: ["status": SampleSite.status("S", category), "resolution": resolution],
        dialect: .cloud))
  }

  /// The plan for a row with debt whose issue was resolved.
  private func resolved(_ resolution: JSON, _ mapping: ResolvedMapping) -> Plan {
    let before = plan(
      base: nil, row: .present(SampleSite.row), issue: issue("new", .null), mapping: mapping)
    return plan(
      base: before.newBase, row: .present(SampleSite.row), issue: issue("done", resolution),
      mapping: mapping)
  }

  private func hasDebt(_ plan: Plan) -> Bool? {
    SampleSite.row(plan, over: SampleSite.row)["has_technical_debt"]?.bool
  }

  /// Catches the debt that is marked as gone because the account is not English.
  @Test(
    arguments: [
      ["id": "7", "name": "Wird nicht erledigt", "untranslatedName": "Won't Do"],
      ["id": "7", "name": "Ne sera pas fait"], ["id": "7", "name": "対応しない"],
      ["id": "7", "name": "Lassen wir so", "untranslatedName": "Won\u{2019}t Fix"],
      ["id": "7", "name": "DUPLICATE"], ["id": "10002", "name": "???"],
    ] as [JSON])
  func `a resolution that fixes nothing keeps the debt, in whatever way JIRA names it`(
    resolution: JSON
  ) throws {
    let known: JSON = ["id": "10002", "name": "Won't Do"]
    let plan = resolved(resolution, try mapping(resolutions: [known]))
    #expect(plan.problems == [])
    #expect(hasDebt(plan) == true)
    #expect(SampleSite.row(plan, over: SampleSite.row)["audit_status"] == "COMPLETED")
  }

  @Test(
    arguments: [
      .null, ["id": "1", "name": "Done"], ["id": "1", "name": "fixed"],
      ["id": "1", "name": "Fertig", "untranslatedName": "Done"], ["id": "1", "name": "Corrigé"],
      ["id": "1", "name": "完了"], ["id": "10000", "name": "???"],
    ] as [JSON])
  func `one that says that something was fixed, and a workflow that sets none, clear it`(
    resolution: JSON
  ) throws {
    let known: JSON = ["id": "10000", "name": "Resolved"]
    let plan = resolved(resolution, try mapping(resolutions: [known]))
    #expect(plan.problems == [])
    #expect(hasDebt(plan) == false)
  }

  /// Catches every resolution that is not listed as one that fixes nothing being taken for a fix.
  @Test(
    arguments: [
      ["id": "10100", "name": "Superseded"], ["id": "10101", "name": "Verschoben"],
      ["id": "10102", "name": "Fertig", "untranslatedName": "Shipped elsewhere"],
      ["name": "Without an id"], ["id": "10103"],
    ] as [JSON])
  func
    `one that nobody knows leaves the row as it is and is reported with its columns and what to do`(
      resolution: JSON
    ) throws
  {
    let plan = resolved(resolution, try mapping())
    #expect(plan.rowWrites.isEmpty && plan.transition == nil && plan.conflicts.isEmpty)
    let problem = try #require(plan.problems.first)
    #expect(problem.columns == ["has_technical_debt", "audit_status"])
    #expect(problem.mayBeOver, "it may have been renamed in JIRA since")
    for word in ["resolved", "unresolved", "audit_status", "jira-sync.yaml"] {
      #expect(problem.message.contains(word), "\(problem.message)")
    }
    if let name = resolution["name"]?.string { #expect(problem.message.contains(name)) }
    #expect(plan.unrecognisedResolution == resolution["id"]?.string ?? "")
  }

  @Test(arguments: ["Superseded", "superseded", "Ersetzt", "10100"])
  func `the configuration may name it as it is stored, as it is shown, or by its id`(name: String)
    throws
  {
    let seen: JSON = ["id": "10100", "name": "Ersetzt", "untranslatedName": "Superseded"]
    let keeps = resolved(seen, try mapping({ $0.unresolvedResolutions = [name] }))
    #expect(keeps.problems == [] && hasDebt(keeps) == true)
    let clears = resolved(seen, try mapping({ $0.resolvedResolutions = [name] }))
    #expect(clears.problems == [] && hasDebt(clears) == false)
    let both = resolved(
      seen,
      try mapping {
        $0.resolvedResolutions = [name]
        $0.unresolvedResolutions = [name]
      })
    #expect(hasDebt(both) == true, "to keep a debt is the smaller mistake")
  }

  @Test
  func `once the configuration knows it, the same issue reaches the row`() throws {
    let seen: JSON = ["id": "10100", "name": "Superseded"]
    let before = resolved(seen, try mapping())
    let after = plan(
      base: before.newBase, row: .present(SampleSite.row), issue: issue("done", seen),
      mapping: try mapping { $0.resolvedResolutions.append("Superseded") })
    #expect(hasDebt(after) == false)
  }

  @Test
  func `a row that only leads needs no name: a done issue is done`() throws {
    let mapping = try mapping(direction: .push)
    var row = SampleSite.row
    row["has_technical_debt"] = false
    let seen: JSON = ["id": "10100", "name": "Superseded"]
    let done = plan(
      base: nil, row: .present(row), issue: issue("done", seen), mapping: mapping)
    #expect(done.problems == [] && done.transition == nil)
  }

  @Test
  func `resolutions of the site that nobody named are a warning, and no problem`() throws {
    let site: [JSON] = [
      ["id": "1", "name": "Done"], ["id": "2", "name": "Doublon"],
      ["id": "3", "name": "Superseded"],
    ]
    let some = try mapping(resolutions: site)
    #expect(some.problems == [] && some.warnings.count == 1)
    #expect(some.warnings[0].contains("'Superseded' (id 3)"))
    #expect(!some.warnings[0].contains("Doublon"))
    #expect(try mapping(resolutions: Array(site.dropLast())).warnings == [])
  }
}
