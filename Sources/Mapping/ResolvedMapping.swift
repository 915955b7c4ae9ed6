import Jira

/// A mapping against the fields of one JIRA site.
public struct ResolvedMapping: Sendable, Hashable {
  /// A mapped field that this site lacks.
  public struct Skipped: Sendable, Hashable {
    /// The field's name in the mapping.
    public var name: String
    /// Why it is left out, in words.
    public var reason: String
  }

  /// A column that is filled on a resolution, whether or not JIRA has a field for it.
  public struct Fill: Sendable, Hashable {
    /// The field's name in the mapping.
    public var name: String
    /// The column that is filled.
    public var column: TableColumn
    /// What it is filled with.
    public var fill: ResolutionFill
  }

  /// The mapping that was resolved.
  public var mapping: Mapping
  /// The fields that are kept in sync, in the order of the mapping.
  public var fields: [ResolvedField]
  /// The fields that this site lacks.
  public var skipped: [Skipped]
  /// What will go wrong though the mapping itself is right, such as a field that JIRA requires and nothing fills.
  public var problems: [String]
  /// What people should know though nothing goes wrong yet, such as resolutions that the configuration does not name.
  public var warnings: [String]
  /// The columns that are filled on a resolution.
  public var fills: [Fill]
  /// The site's family.
  public var dialect: JiraDialect
  /// The address of the site, by which addresses of its issues are known.
  public var siteURL = ""

  /// Makes a resolved mapping.
  ///
  /// - Parameters:
  ///   - mapping: the mapping that was resolved.
  ///   - fields: the fields that are kept in sync.
  ///   - skipped: the fields that this site lacks.
  ///   - problems: what will go wrong though the mapping itself is right.
  ///   - warnings: what people should know though nothing goes wrong yet.
  ///   - fills: the columns that are filled on a resolution.
  ///   - dialect: the site's family.
  public init(
    mapping: Mapping, fields: [ResolvedField], skipped: [Skipped] = [], problems: [String] = [],
    warnings: [String] = [], fills: [Fill] = [], dialect: JiraDialect = .cloud
  ) {
    self.mapping = mapping
    self.fields = fields
    self.skipped = skipped
    self.problems = problems
    self.warnings = warnings
    self.fills = fills
    self.dialect = dialect
  }

  /// A field by its name in the mapping.
  ///
  /// - Parameter name: the name.
  public subscript(name: String) -> ResolvedField? { fields.first { $0.name == name } }

  /// The columns whose change may need a push on this site, sorted.
  public var watchedColumns: [String] {
    let watched = fields.filter { field in
      // A ticket that could not be adopted is corrected by an edit.
      field.mapping.direction.pushes
        || field.mapping.target == .issueKey && mapping.existingTickets == .adopt
    }
    return Set(watched.flatMap(\.mapping.columns)).sorted()
  }

  /// The ids of the JIRA fields that a plan must see, sorted: what to ask for when an issue is read.
  public var issueFieldIDs: [String] {
    var ids = Set(fields.map(\.fieldID).filter { !$0.isEmpty })
    if fields.contains(where: \.isStatus) {
      ids.formUnion(["status", "resolution", "resolutiondate", "statuscategorychangedate"])
    }
    return ids.union(["updated"]).sorted()
  }
}
