import JSON
import TestSupport
import Testing

@testable import JiraSandbox

/// `jira-sync fields create`: what is missing is made where that is permitted, and named where it is not.
@Suite("Making missing fields", .requiresPostgres)
struct FieldsCreateTests {
  @Test
  func `An administrator gets fields with types, options and screens; then all is well`()
    async throws
  {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Routers")
      for name in ["Layer", "Workflows", "Notes", "Audit date", "File path"] {
        try world.server.administer("DELETE", "fields/\(name)")
      }
      try world.server.administer("PUT", "fields/File status", ["options": ["SYSTEM"]])
      try world.server.administer("PUT", "people/sandbox@example.com", ["administrator": true])
      let dry = try await world.run("create", "--dry-run")
      #expect(dry.status == 0)
      #expect(
        dry.output.contains(
          "would make Layer: a field of the type select with the options 'Routers'"))
      #expect(world.server.field("Layer") == nil)

      let outcome = try await world.run("create")
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("made File status (customfield_10015): the options 'NOVEL'"))
      let kinds = [
        "Layer": "select", "Workflows": "multiselect", "Notes": "textarea",
        "Audit date": "datetime", "File path": "textfield",
      ]
      for (name, kind) in kinds {
        let field = try #require(world.server.field(name))
        #expect(field.customType ?? field.kind.customType == kind)
        #expect(field.isOnCreateScreen && field.isOnEditScreen, "\(name) is on both screens")
      }
      #expect(world.server.field("Workflows")?.options.map(\.value) == ["WF1", "WF2"])
      #expect(try await world.run("check").status == 0)
      #expect(
        try await world.run("create").output == "nothing to make: JIRA has every field and option\n"
      )
    }
  }

  @Test
  func `A cascading field gets both levels`() async throws {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Routers")
      try world.configure("fields:\n  place: {columns: [status, layer_name], field: Place}\n")
      try world.server.administer("PUT", "people/sandbox@example.com", ["administrator": true])
      #expect(try await world.run("create").status == 0)
      let place = try #require(world.server.field("Place"))
      let parent = try #require(place.topOptions.first)
      #expect(parent.value == "NOVEL")
      #expect(place.options(below: parent).map(\.value) == ["Routers"])
    }
  }

  @Test(arguments: [false, true])
  func `Without the right, or on Data Center: 1, and what an administrator has to make`(
    isDataCenter: Bool
  ) async throws {
    try await withFieldsWorld(isDataCenter: isDataCenter) { world in
      try await world.addRow(layer: "Routers")
      try world.server.administer("DELETE", "fields/Layer")
      let outcome = try await world.run("create")
      #expect(outcome.status == 1)
      #expect(
        outcome.output.contains(
          isDataCenter ? "JIRA Data Center has no API" : "may not administer JIRA"))
      #expect(
        outcome.output.contains("Layer: a field of the type select with the options 'Routers'"))
      #expect(world.server.field("Layer") == nil)
    }
  }
}
