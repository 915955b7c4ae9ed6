/// What is configured: administrators change it, not those who work on issues.
struct Site: Sendable {
  var deployment: Deployment
  var people: [Person]
  var projectID = "10000"
  var projectKey = "SCRSKY"
  /// Keys that the project had before; JIRA finds it under them.
  var formerProjectKeys: [String] = []
  var projectName = "Source audit"
  var cloudID = "11223344-a1b2-3b33-c444-def123456789"
  /// The zone in which timestamps are rendered; never that of the caller.
  var zone: Zone
  var zoneName: String
  /// How names are shown in other languages.
  var translations = Translations()
  /// Whether Cloud heeds `X-Force-Accept-Language`.
  var heedsForcedLanguage = true
  /// Where stored names are given beside translated ones.
  var storedNames = StoredNames.everywhere
  var statuses: [Status] = Site.standardStatuses
  var transitions: [Transition] = Site.standardTransitions
  var resolutions: [NamedValue] = Site.standardResolutions
  var priorities: [NamedValue] = Site.standardPriorities
  var issueTypes: [NamedValue] = Site.standardIssueTypes
  var components: [NamedValue] = Site.standardComponents
  var versions: [NamedValue] = Site.standardVersions
  /// Values that are accepted and not stored as they were sent.
  var storageRules: [StorageRule] = []
  /// How many characters a document may have; administrators of Data Center can change it.
  var longestDocument = 32_767
  /// Whether the end of each paragraph counts as a character.
  var countsParagraphEnds = false
  private(set) var fields: [FieldDefinition]
  /// The zone of each person's profile, by account id.
  private(set) var zones: [String: Zone]
  private var fieldsByID: [String: FieldDefinition]

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
    // On Data Center only sub-tasks have a parent.
    self.fields =
      Site.systemFields.filter { $0.kind != .parent || deployment == .cloud } + Site.customFields
    self.fieldsByID = Dictionary(uniqueKeysWithValues: fields.map { ($0.id, $0) })
  }

  /// Puts other fields in the place of those that the site has.
  mutating func set(fields: [FieldDefinition]) {
    self.fields = fields
    fieldsByID = Dictionary(fields.map { ($0.id, $0) }) { first, _ in first }
  }

  /// Adds a user, or replaces the one with the same address.
  ///
  /// - Throws: `SandboxError.unknownTimeZone` where the zone is no IANA name.
  mutating func set(person: Person) throws(SandboxError) {
    zones[person.accountID] = try Zone(named: person.timeZone)
    if let place = people.firstIndex(where: { $0.email == person.email }) {
      people[place] = person
    } else {
      people.append(person)
    }
  }

  func field(_ id: String) -> FieldDefinition? { fieldsByID[id] }
  func status(_ id: String) -> Status? { statuses.first { $0.id == id } }
  func person(_ accountID: String) -> Person? { people.first { $0.accountID == accountID } }

  /// The edges that leave a status, in the order of their ids.
  func transitions(from status: String) -> [Transition] {
    transitions.filter { $0.from == status }
  }
}
