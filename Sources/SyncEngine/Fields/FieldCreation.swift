import Jira
import Mapping
import Planning

/// A custom field that a mapping wants and a site lacks, or options that a field of it lacks.
public struct FieldCreation: Sendable, Hashable {
  /// The field's name in the mapping.
  public var field: String
  /// The name in JIRA.
  public var name: String
  /// The field's id; nil where it is to be made.
  public var id: String?
  /// The kind of field.
  public var type: CustomFieldType
  /// The options that it lacks, sorted; a cascading one as `parent / child`.
  public var options: [String]

  /// What is to be made, for people.
  public var description: String {
    let list = options.map { "'\($0)'" }.joined(separator: ", ")
    if let id { return "\(name) (\(id)): the options \(list)" }
    return "\(name): a field of the type \(type.rawValue)"
      + (options.isEmpty ? "" : " with the options \(list)")
  }

  /// What a site lacks of what a mapping wants.
  ///
  /// - Parameters:
  ///   - check: mapping and site.
  ///   - census: what the rows hold, looked at with `candidates`.
  /// - Returns: what is to be made, in the order of the mapping.
  public static func needed(_ check: FieldCheck, _ census: RowCensus) -> [FieldCreation] {
    check.mapping.fields.compactMap { field in
      let wanted = field.namedTexts.union((census.options[field.name] ?? [:]).keys)
      if let known = check.found.first(where: { $0.name == field.name }) {
        guard known.fieldID.hasPrefix("customfield_"), known.options != nil,
          let type = CustomFieldType(of: known.type), field.direction.pushes
        else { return nil }
        let lacking = wanted.filter { !known.hasOption($0) }
        guard !lacking.isEmpty else { return nil }
        return FieldCreation(
          field: field.name, name: known.fieldName, id: known.fieldID, type: type,
          options: lacking.sorted())
      }
      guard let candidate = candidate(field, check), case .customName(let name) = field.target
      else { return nil }
      let type = CustomFieldType(for: field, columns: candidate.columns)
      return FieldCreation(
        field: field.name, name: name, id: nil, type: type,
        options: type.hasOptions ? wanted.sorted() : [])
    }
  }

  /// The fields to look at in rows: those of the site, and those that are to be made as they will be.
  ///
  /// - Parameter check: mapping and site.
  /// - Returns: the fields.
  public static func candidates(_ check: FieldCheck) -> [ResolvedField] {
    check.found + check.mapping.fields.compactMap { candidate($0, check) }
  }

  /// A field that is not there, as it will be; nil where it is there, or doubled, or no custom one.
  private static func candidate(_ field: FieldMapping, _ check: FieldCheck) -> ResolvedField? {
    guard case .customName(let name) = field.target,
      JiraField.named(name, in: check.facts.visibleFields).isEmpty
    else { return nil }
    let columns = field.columns.compactMap { name in
      check.mapping.columns.first { $0.name == name }
    }
    guard columns.count == field.columns.count else { return nil }
    return ResolvedField(
      mapping: field, fieldID: "", fieldName: name,
      type: CustomFieldType(for: field, columns: columns).fieldType, columns: columns,
      dialect: check.facts.dialect)
  }
}
