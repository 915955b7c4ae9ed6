import JSON
import Jira
import Mapping

/// What a resolution says about the debt of a row.
package enum ResolutionMeaning: Sendable, Hashable {
  /// Something was fixed: the row has no debt any more.
  case fixed
  /// Nothing was fixed: the row keeps its debt.
  case notFixed
  /// The configuration does not say, so the debt does not count as gone.
  case unrecognised(TranslatedName)

  /// Finds out what a resolution means.
  ///
  /// It is known by id, by the stored name, and by every name that is known of its id, never by the shown name alone.
  ///
  /// - Parameters:
  ///   - resolution: the resolution as an issue or a screen has it; nil and null are workflows that set none.
  ///   - rules: which resolutions mean what.
  ///   - names: the resolutions of the site.
  package init(_ resolution: JSON?, rules: StatusRules, names: NameList) {
    guard let resolution, !resolution.isNull else {
      self = .fixed
      return
    }
    let seen =
      TranslatedName(resolution)
      ?? TranslatedName(
        id: resolution["id"]?.string ?? "", shown: resolution["name"]?.string ?? "?",
        untranslated: resolution["untranslatedName"]?.string)
    let value = names.completing(seen)
    // A list that names it as one that fixes nothing wins: to keep a debt is the smaller mistake.
    if rules.unresolvedResolutions.contains(where: value.isCalled) {
      self = .notFixed
    } else if rules.resolvedResolutions.contains(where: value.isCalled) {
      self = .fixed
    } else {
      self = .unrecognised(value)
    }
  }
}

extension ResolvedField {
  /// The resolution of an issue that is done, where the configuration does not say what it means.
  ///
  /// - Parameter issue: the issue's fields.
  /// - Returns: nil where it is recognised, or the issue is not done.
  func unrecognisedResolution(in issue: [String: JSON]) -> TranslatedName? {
    guard let rules = statusRules, issue["status"]?["statusCategory"]?["key"]?.string == "done",
      case .unrecognised(let value) = ResolutionMeaning(
        issue["resolution"], rules: rules, names: names.resolutions)
    else { return nil }
    return value
  }

  /// Why an issue's status cannot be brought to the row.
  ///
  /// - Parameter issue: the issue's fields.
  /// - Returns: the problem, which names the columns and what to do.
  func statusProblem(of issue: [String: JSON]) -> FieldProblem {
    guard let value = unrecognisedResolution(in: issue) else {
      return problem("the issue's status cannot be read; look at the status in JIRA")
    }
    return problem(
      "the resolution \(value.label) of the issue is not one that jira-sync knows, so the row stays as it is; add it to "
        + "'resolved' or 'unresolved' of \(name) in jira-sync.yaml, by name or id", mayBeOver: true)
  }
}
