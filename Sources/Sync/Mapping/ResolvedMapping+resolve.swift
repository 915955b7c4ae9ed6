import Jira

extension ResolvedMapping {
  /// Finds the fields of a mapping on a JIRA site.
  ///
  /// A name is looked for as it is written, then without regard to case, among the fields that are global or the project's.
  ///
  /// - Parameters:
  ///   - mapping: the mapping.
  ///   - fields: all fields of the site.
  ///   - createMetadata: the fields of the create screen for project and issue type, nil where the site does not say.
  ///   - projectID: the project's id, to tell its own fields from another project's.
  ///   - dialect: the site's family, which decides how much of a text has room.
  /// - Returns: the resolved mapping.
  /// - Throws: `MappingError` where a required field is missing, a name is that of several fields, or two mapped fields write one place; it names the candidates.
  public static func resolve(
    _ mapping: Mapping, fields: [JiraField], createMetadata: [FieldMetadata]?, projectID: String,
    dialect: JiraDialect = .cloud
  ) throws(MappingError) -> ResolvedMapping {
    var resolver = FieldResolver(
      mapping: mapping, fields: fields, createMetadata: createMetadata, projectID: projectID,
      dialect: dialect)
    return try resolver.resolve()
  }
}
