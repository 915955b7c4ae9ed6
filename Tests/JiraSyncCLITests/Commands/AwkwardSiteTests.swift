import JSON
import TestSupport
import Testing

@testable import JiraSandbox

/// What a person reads where the site or its address is not what the program takes for granted.
@Suite("A site that needs a word", .requiresPostgres, .timeLimit(.minutes(20)))
struct AwkwardSiteTests {
  /// Catches "404 not found" without the name of the variable, and a worker that tries for ever.
  @Test(arguments: [
    "/browse/SCRSKY-1", "/jira/software/projects/SCRSKY/boards/1", "/boards/of/ours",
  ])
  func `an address of a browser is refused with 78, the variable's name and the base`(path: String)
    async throws
  {
    try await CommandWorld.with { world in
      var environment = world.environment
      environment["JIRA_BASE_URL"] = world.sandbox.baseURL + path
      let given = environment
      try await Program.withFolder { program in
        for arguments in [["worker"], ["worker", "--drain"], ["fields", "list"]] {
          let outcome = try await program.run(arguments, environment: given)
          #expect(outcome.status == 78, "\(arguments): \(outcome.errors)")
          #expect(outcome.errors.contains("JIRA_BASE_URL"), "\(outcome.errors)")
          let base = world.sandbox.baseURL
          #expect(
            ["use \(base).", "\(base) is where JIRA answers"].contains(
              where: outcome.errors.contains), "\(outcome.errors)")
        }
        let doctor = try await program.run("doctor", environment: given)
        #expect(doctor.status == 1)
        #expect(doctor.output.contains("JIRA_BASE_URL"), "\(doctor.output)")
      }
    }
  }

  @Test(arguments: Language.allCases)
  func
    `doctor and fields check name the resolutions that the configuration does not, and warn only`(
      language: Language
    ) async throws
  {
    try await CommandWorld.with { world in
      try world.sandbox.administer(
        "PUT", "people/sandbox@example.com", ["language": .string(language.rawValue)])
      #expect(!(try await world.run("doctor")).output.contains("resolutions"))
      for name in ["Superseded", "Moved"] {
        try world.sandbox.administer("POST", "resolutions", ["name": .string(name)])
      }
      for arguments in [["doctor"], ["fields", "check"]] {
        let outcome = try await world.run(arguments)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("'Superseded' (id 10005), 'Moved' (id 10006)"))
        #expect(outcome.output.contains("jira-sync.yaml"))
        #expect(!outcome.output.contains("Won't Do"))
      }
    }
  }
}
