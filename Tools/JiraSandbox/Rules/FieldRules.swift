import Foundation
import JSON

/// Which values a field takes, and how they are kept.
///
/// Kept are: text, days and account ids as strings, numbers as numbers, instants as milliseconds since 1970, options,
/// priorities, components and versions by id, a cascading option as the ids of both levels, sets as arrays, a parent as its
/// id and key, documents as `RichText.stored`.
struct FieldRules: Sendable {
  let site: Site
  let version: APIVersion
  /// What issues there are, for fields that name some.
  var state = SandboxState()

  static let longestText = 255

  /// The kept form of a value that was sent.
  ///
  /// - Returns: nil where the field is cleared.
  /// - Throws: `FieldProblem` in JIRA's words.
  func parse(_ value: JSON, for field: FieldDefinition) throws(FieldProblem) -> JSON? {
    switch field.kind {
    case .text: try text(value, of: field)
    case .richText: try richText(value, of: field)
    case .url: try url(value)
    case .number: try number(value)
    case .day: try day(value)
    case .instant: try instant(value)
    case .option: try option(value, of: field)
    case .options: try options(value, of: field)
    case .cascade: try cascade(value, of: field)
    case .labels: try labels(value)
    case .person: try person(value, of: field)
    case .people: try people(value, of: field)
    case .priority: try priority(value)
    case .components: try named(value, in: site.components, what: "Component")
    case .versions: try named(value, in: site.versions, what: "Version")
    case .parent: try parent(value)
    case .issueType: try issueType(value)
    case .project: try project(value)
    case .status, .resolution, .key, .comments:
      throw FieldProblem(Refusal.notOnScreen(field.id))
    }
  }

  private func text(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull {
      guard field.id != "summary" else {
        throw FieldProblem("You must specify a summary of the issue.")
      }
      return nil
    }
    guard let text = value.string else { throw FieldProblem("Operation value must be a string") }
    let trimmed = text.trimmingBlanks
    if field.id == "summary" {
      guard !trimmed.isEmpty else {
        throw FieldProblem("You must specify a summary of the issue.")
      }
      guard !trimmed.contains(where: \.isNewline) else {
        throw FieldProblem("The summary is invalid because it contains newline characters.")
      }
      guard trimmed.utf16.count <= FieldRules.longestText else {
        throw FieldProblem(
          site.deployment == .cloud
            ? "Summary can't exceed 255 characters."
            : "Summary must be less than 255 characters.")
      }
    }
    guard trimmed.utf16.count <= FieldRules.longestText else {
      throw FieldProblem(
        "The entered text is too long. It exceeds the allowed limit of 255 characters.")
    }
    guard !trimmed.contains(where: \.isNewline) else {
      throw FieldProblem("The entered text contains line breaks, which this field does not allow.")
    }
    return trimmed.isEmpty ? nil : .string(trimmed)
  }

  /// Reads a document: ADF in version 3, a string in version 2.
  ///
  /// - Throws: `FieldProblem` in JIRA's words.
  func document(_ value: JSON) throws(FieldProblem) -> RichText {
    let document: RichText
    switch version {
    case .v2:
      guard let text = value.string else { throw FieldProblem("Operation value must be a string") }
      document = .wiki(text)
    case .v3:
      guard value["type"]?.string == "doc" else { throw FieldProblem(ADF.expected) }
      guard ADF.isDocument(value) else {
        throw FieldProblem("INVALID_INPUT", concernsRequest: true)
      }
      document = .adf(ADF.normalised(value))
    }
    let text = document.plainText
    let ends = site.countsParagraphEnds ? text.split(separator: "\n").count : 0
    guard text.utf16.count + ends <= site.longestDocument else {
      let limit = grouped(site.longestDocument)
      throw FieldProblem(
        "The entered text is too long. It exceeds the allowed limit of \(limit) characters.")
    }
    return document
  }

  /// A number as JIRA writes it in English: `32,767`.
  private func grouped(_ number: Int) -> String {
    number < 1_000
      ? "\(number)" : "\(number / 1_000),\(String("\(number % 1_000 + 1_000)".dropFirst()))"
  }

  private func richText(_ value: JSON, of field: FieldDefinition) throws(FieldProblem) -> JSON? {
    if value.isNull {
      // A description that was cleared reads back as a document without content.
      return field.isCustom ? nil : RichText.adf(ADF.empty).stored
    }
    let document = try document(value)
    if case .wiki(let text) = document, text.isEmpty { return nil }
    return document.stored
  }

  private func url(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let text = value.string?.trimmingBlanks else {
      throw FieldProblem("Operation value must be a string")
    }
    if text.isEmpty { return nil }
    guard text.utf16.count <= FieldRules.longestText, let url = URL(string: text),
      let scheme = url.scheme, !scheme.isEmpty, url.host() != nil
    else { throw FieldProblem("Not a valid URL") }
    return .string(text)
  }

  private func number(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard value.number != nil else { throw FieldProblem("Operation value must be a number") }
    return value
  }

  private func day(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let text = value.string else { throw FieldProblem("Operation value must be a string") }
    guard let day = InstantText.day(text) else {
      throw FieldProblem("Error parsing date string: \(text)")
    }
    return .string(day.dayText)
  }

  private func instant(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let text = value.string else { throw FieldProblem("Operation value must be a string") }
    guard let instant = InstantText.instant(text) else {
      throw FieldProblem("Error parsing date string: \(text)")
    }
    return .integer(instant)
  }

  private func labels(_ value: JSON) throws(FieldProblem) -> JSON? {
    if value.isNull { return nil }
    guard let elements = value.array else { throw FieldProblem("data was not an array") }
    var labels: [String] = []
    for (place, element) in elements.enumerated() {
      guard let label = element.string else {
        throw FieldProblem("string expected at index \(place)")
      }
      try check(label: label)
      if !label.isEmpty, !labels.contains(label) { labels.append(label) }
    }
    return labels.isEmpty ? nil : .array(labels.map(JSON.string))
  }

  private func check(label: String) throws(FieldProblem) {
    guard !label.contains(where: \.isWhitespace) else {
      switch site.deployment {
      case .cloud:
        throw FieldProblem("The label '\(label)' can't contain spaces.", concernsRequest: true)
      case .server:
        throw FieldProblem("The label '\(label)' contains spaces which is invalid.")
      }
    }
    guard label.utf16.count <= FieldRules.longestText else {
      throw FieldProblem("The label '\(label)' exceeds the maximum length of 255 characters.")
    }
  }
}
