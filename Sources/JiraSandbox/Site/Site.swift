/// What is configured and does not change while the sandbox runs.
struct Site: Sendable {
  var deployment: Deployment
  var people: [Person]
  var projectID = "10000"
  var projectKey = "SCRSKY"
  var projectName = "Source audit"
  var cloudID = "11223344-a1b2-3b33-c444-def123456789"
  /// The zone in which timestamps are rendered; never that of the caller.
  var zone: Zone
  var zoneName: String
  var statuses: [Status] = Site.standardStatuses
  var transitions: [Transition] = Site.standardTransitions
  var resolutions: [NamedValue] = Site.standardResolutions
  var priorities: [NamedValue] = Site.standardPriorities
  var issueTypes: [NamedValue] = Site.standardIssueTypes
  var components: [NamedValue] = Site.standardComponents
  let fields: [FieldDefinition]
  /// The zone of each person's profile, by account id.
  let zones: [String: Zone]
  private let fieldsByID: [String: FieldDefinition]

  /// Configures a site.
  ///
  /// - Throws: `SandboxError.unknownTimeZone` where a zone is no IANA name.
  init(deployment: Deployment, people: [Person], zoneName: String) throws(SandboxError) {
    self.deployment = deployment
    self.people = people
    self.zoneName = zoneName
    self.zone = try Zone(named: zoneName)
    var zones: [String: Zone] = [:]
    for person in people { zones[person.accountID] = try Zone(named: person.timeZone) }
    self.zones = zones
    self.fields = Site.systemFields + Site.customFields
    self.fieldsByID = Dictionary(uniqueKeysWithValues: fields.map { ($0.id, $0) })
  }

  func field(_ id: String) -> FieldDefinition? { fieldsByID[id] }
  func status(_ id: String) -> Status? { statuses.first { $0.id == id } }
  func person(_ accountID: String) -> Person? { people.first { $0.accountID == accountID } }

  /// The edges that leave a status, in the order of their ids.
  func transitions(from status: String) -> [Transition] {
    transitions.filter { $0.from == status }
  }
}
