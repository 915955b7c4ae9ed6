import Jira

extension ResolvedMapping {
  /// Finds the fields of a mapping on a JIRA site.
  ///
  /// A name is looked for as it is written, then without regard to case, then among the field's names in other languages; only fields that are
  /// global or the project's count.
  ///
  /// - Parameters:
  ///   - mapping: the mapping.
  ///   - fields: all fields of the site.
  ///   - createMetadata: the fields of the create screen for project and issue type, nil where the site does not say.
  ///   - projectID: the project's id, to tell its own fields from another project's.
  ///   - dialect: the site's family, which decides how much of a text has room.
  ///   - names: what the site's statuses, resolutions and priorities are called.
  /// - Returns: the resolved mapping.
  /// - Throws: `MappingError` where a required field is missing, a name is that of several fields, or two mapped fields
  ///   write one place; it names the candidates.
  public static func resolve(
    _ mapping: Mapping, fields: [JiraField], createMetadata: [FieldMetadata]?, projectID: String,
    dialect: JiraDialect = .cloud, names: SiteNames = SiteNames()
  ) throws(MappingError) -> ResolvedMapping {
    var resolver = FieldResolver(
      mapping: mapping, fields: fields, createMetadata: createMetadata, projectID: projectID,
      dialect: dialect, names: names)
    return try resolver.resolve()
  }
}
