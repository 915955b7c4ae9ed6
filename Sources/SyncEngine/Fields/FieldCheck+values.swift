import Jira
import Mapping
import Planning

extension FieldCheck {
  /// Options that rows hold or the mapping names and JIRA lacks, and those of JIRA that no value of the column stands for.
  func optionFindings(_ field: ResolvedField, _ census: RowCensus) -> [FieldFinding] {
    guard let options = field.optionTexts else { return [] }
    var findings = ambiguityFindings(field)
    if field.mapping.direction.pushes {
      let named = field.mapping.namedTexts
      for text in named.sorted() where !field.hasOption(text) {
        findings.append(
          finding(
            .error, field,
            "the mapping names the option \(VisibleText.quoted(text)), which JIRA does not offer"
              + Spelling.hint(text, in: options), remedy(field, options)))
      }
      let held = census.options[field.name] ?? [:]
      for (text, count) in held.sorted(by: { $0.key < $1.key })
      where !field.hasOption(text) && !named.contains(text) {
        findings.append(
          finding(
            count.wanted > 0 ? .error : .warning, field,
            "\(Self.rows(count)) \(VisibleText.quoted(text)), which JIRA does not offer"
              + Spelling.hint(text, in: options), remedy(field, options)))
      }
    }
    if field.mapping.direction.pulls, !field.mapping.valueMap.isEmpty {
      let unknown = options.filter { field.mapping.valueMap.inward($0) == nil }
      if !unknown.isEmpty {
        findings.append(
          finding(
            .warning, field,
            "JIRA offers \(unknown.map(VisibleText.quoted).joined(separator: ", ")), which no single value of "
              + "the column stands for",
            "add to 'values' of \(field.name) in jira-sync.yaml, or whoever chooses it changes nothing in the row"
          ))
      }
    }
    return findings
  }

  /// One text for both levels of a cascading field, which an option with the separator in it makes ambiguous.
  private func ambiguityFindings(_ field: ResolvedField) -> [FieldFinding] {
    guard field.mapping.columns.count < 2, let text = field.ambiguousTexts.first else { return [] }
    return [
      finding(
        .error, field,
        "\(VisibleText.quoted(text)) can be more than one option, since an option has '\(ResolvedField.separator)' in it",
        "map the two levels from two columns: 'columns: [upper, lower]' for \(field.name) in jira-sync.yaml"
      )
    ]
  }

  private func remedy(_ field: ResolvedField, _ options: [String]) -> String {
    let offered = options.prefix(12).map(VisibleText.quoted).joined(separator: ", ")
    let more = options.count > 12 ? " and \(options.count - 12) more" : ""
    let add =
      field.fieldID.hasPrefix("customfield_")
      ? "add it in JIRA or with 'jira-sync fields create'" : "add it in JIRA"
    return "\(add), or map it to one of \(offered)\(more) in 'values' of \(field.name)"
  }

  /// Rows whose values JIRA would refuse, or that lack one that it requires.
  func valueFindings(_ field: ResolvedField, _ census: RowCensus) -> [FieldFinding] {
    var findings: [FieldFinding] = []
    for (message, count) in (census.problems[field.name] ?? [:]).sorted(by: { $0.key < $1.key }) {
      findings.append(
        finding(
          count.wanted > 0 ? .error : .warning, field, "\(Self.rows(count)) \(message)",
          "correct the rows, or map a field of another type"))
    }
    let isRequired = facts.createMetadata?.contains {
      $0.fieldID == field.fieldID && $0.isRequired && !$0.hasDefaultValue
    }
    if isRequired == true, field.mapping.direction.pushes, let count = census.empty[field.name],
      count.wanted > 0
    {
      findings.append(
        finding(
          .error, field,
          "JIRA requires it, and \(count.wanted == 1 ? "1 row has" : "\(count.wanted) rows have") no value for it, such as \(count.example)",
          "fill the column, or make the field optional in JIRA"))
    }
    return findings
  }

  private static func rows(_ count: RowCensus.Count) -> String {
    let number =
      count.rows == 1
      ? "1 row (\(count.example)) holds" : "\(count.rows) rows (such as \(count.example)) hold"
    return count.wanted > 0 ? number : "\(number), without an issue so far,"
  }
}

extension FieldMapping {
  /// The texts of JIRA that the mapping itself names.
  var namedTexts: Set<String> {
    var texts = Set(valueMap.pairs.values.filter { !$0.isEmpty })
    if let otherwise = valueMap.otherwise { texts.insert(otherwise) }
    if case .constant(let text) = source, transforms.isEmpty, valueMap.isEmpty {
      texts.insert(text)
    }
    return texts
  }
}
