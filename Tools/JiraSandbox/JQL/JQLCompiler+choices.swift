import JSON

extension JQLCompiler {
  /// A test of a field that holds values of a list: one, several or none.
  func choiceTest(_ clause: JQLClause, of field: FieldDefinition) throws(Refusal) -> Test {
    guard clause.comparison.isMembership else { throw unsupported(clause) }
    var wanted: Set<String> = []
    var includesEmpty = false
    for operand in operands(of: clause) {
      if operand == .empty {
        includesEmpty = true
      } else {
        wanted.formUnion(try ids(of: operand, in: field, clause: clause))
      }
    }
    let (ids, empty, site) = (wanted, includesEmpty, site)
    if field.kind == .project, !clause.comparison.isNegated, !empty {
      let isHome = ids.contains(site.projectID)
      return { isHome && $0.isInProject }
    }
    if clause.comparison.isNegated {
      // As in JIRA, an empty field matches no negation.
      return { issue in
        let values = JQLCompiler.choices(of: field, in: issue, site: site)
        return !values.isEmpty && !values.contains(where: ids.contains)
      }
    }
    return { issue in
      let values = JQLCompiler.choices(of: field, in: issue, site: site)
      return values.isEmpty ? empty : values.contains(where: ids.contains)
    }
  }

  /// The ids that an issue holds in a field.
  static func choices(of field: FieldDefinition, in issue: Issue, site: Site) -> [String] {
    let stored = issue.fields[field.id]
    switch field.kind {
    case .project: return issue.isInProject ? [site.projectID] : []
    case .issueType: return [issue.typeID]
    case .status: return [issue.statusID]
    case .resolution: return issue.resolutionID.map { [$0] } ?? []
    case .parent: return [stored?["id"]?.string].compactMap { $0 }
    case .person where field.id == "creator": return [issue.creator]
    default: return stored?.string.map { [$0] } ?? stored?.array?.compactMap(\.string) ?? []
    }
  }

  private func ids(
    of operand: JQLOperand, in field: FieldDefinition, clause: JQLClause
  ) throws(Refusal) -> [String] {
    if case .function(let name, _) = operand {
      guard field.kind == .person || field.kind == .people, name.lowercased() == "currentuser"
      else {
        throw .badRequest("Unable to find JQL function '\(operand.text)'.")
      }
      return caller.map { [$0.accountID] } ?? []
    }
    guard let text = operand.literal else { throw unknownValue(operand, of: clause.field) }
    let lowered = text.lowercased()
    let found: String? =
      switch field.kind {
      case .labels: text
      // Whoever may not see a project is told that it does not exist.
      case .project where caller?.mayBrowse != false:
        [site.projectID, site.projectKey.lowercased(), site.projectName.lowercased()]
          .contains(lowered) ? site.projectID : nil
      case .issueType: id(lowered, in: site.issueTypes)
      case .priority: id(lowered, in: site.priorities)
      case .components: id(lowered, in: site.components)
      case .versions: id(lowered, in: site.versions)
      case .parent: state.issue(text).map { "\($0.id)" }
      case .resolution: resolution(lowered)
      case .status:
        site.statuses.first { $0.id == lowered || $0.name.lowercased() == lowered }?.id
      case .option, .options, .cascade:
        field.options.first { $0.id == lowered || $0.value.lowercased() == lowered }?.id
      case .person, .people:
        site.people.first {
          $0.accountID == text || $0.name == lowered || $0.email.lowercased() == lowered
            || $0.displayName.lowercased() == lowered
        }?.accountID
      default: nil
      }
    if let found { return [found] }
    // Whoever sees no project finds nothing, whatever he names.
    if caller == nil { return [] }
    throw unknownValue(operand, of: clause.field)
  }

  private func id(_ lowered: String, in list: [NamedValue]) -> String? {
    list.first { $0.id == lowered || $0.name.lowercased() == lowered }?.id
  }

  /// `Unresolved` is no resolution: it is the value that no resolution has.
  private func resolution(_ lowered: String) -> String? {
    id(lowered, in: site.resolutions)
  }
}
