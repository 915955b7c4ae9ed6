import Foundation
import JSON

/// What the changelog says of an edit.
///
/// Comments are not part of it.
struct ChangelogRules: Sendable {
  let site: Site

  /// The differences between two states of an issue, one item for each field.
  func items(from old: Issue, to new: Issue) -> [HistoryItem] {
    site.fields.compactMap { field in
      let (before, after) = (entry(of: field, in: old), entry(of: field, in: new))
      guard before != after else { return nil }
      return HistoryItem(
        field: field.isCustom ? field.name : field.id, fieldID: field.id, isCustom: field.isCustom,
        from: before.id, fromText: before.text, to: after.id, toText: after.text)
    }
  }

  private struct Entry: Equatable {
    var id: String?
    var text: String?
  }

  private func entry(of field: FieldDefinition, in issue: Issue) -> Entry {
    let stored = issue.fields[field.id]
    switch field.kind {
    case .text, .url, .day: return Entry(text: stored?.string)
    case .number: return Entry(text: stored?.number?.description)
    case .richText: return Entry(text: RichText(stored: stored)?.plainText)
    case .instant:
      guard field.isCustom else { return Entry() }
      return Entry(text: stored?.int64.map(site.zone.text))
    case .option, .options, .cascade:
      let ids = stored?.string.map { [$0] } ?? stored?.array?.compactMap(\.string)
      let texts = ids?.compactMap { id in field.options.first { $0.id == id }?.value }
      return Entry(
        id: ids.map { "[\($0.joined(separator: ", "))]" }, text: texts?.joined(separator: ", "))
    case .labels: return Entry(text: stored?.array?.compactMap(\.string).joined(separator: " "))
    case .person:
      guard let id = stored?.string else { return Entry() }
      return Entry(id: id, text: site.person(id)?.displayName)
    case .people:
      let names = stored?.array?.compactMap { $0.string.flatMap(site.person)?.displayName }
      return Entry(text: names?.joined(separator: ", "))
    case .priority: return named(stored?.string, in: site.priorities)
    case .components: return names(stored, in: site.components)
    case .versions: return names(stored, in: site.versions)
    case .parent: return Entry(id: stored?["id"]?.string, text: stored?["key"]?.string)
    case .issueType: return named(issue.typeID, in: site.issueTypes)
    case .status: return Entry(id: issue.statusID, text: site.status(issue.statusID)?.name)
    case .resolution: return named(issue.resolutionID, in: site.resolutions)
    case .key: return Entry(text: issue.key)
    case .project, .comments: return Entry()
    }
  }

  private func names(_ stored: JSON?, in list: [NamedValue]) -> Entry {
    let names = stored?.array?.compactMap { id in list.first { $0.id == id.string }?.name }
    return Entry(text: names?.joined(separator: ", "))
  }

  private func named(_ id: String?, in list: [NamedValue]) -> Entry {
    Entry(id: id, text: list.first { $0.id == id }?.name)
  }
}
