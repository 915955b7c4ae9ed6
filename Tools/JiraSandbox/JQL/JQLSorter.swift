import Foundation
import JSON

/// Puts issues in the order of a query.
struct JQLSorter: Sendable {
  private let fields: [(field: FieldDefinition, isDescending: Bool)]
  private let site: Site

  /// Looks up the fields of ORDER BY; without any, the newest issue comes first.
  ///
  /// - Throws: `Refusal` with status 400 where a field cannot be sorted by, or there are too many.
  init(_ order: [JQLOrder], compiler: JQLCompiler) throws(Refusal) {
    guard order.count <= JQLCompiler.mostOrderFields else {
      throw .badRequest(
        "The JQL query has \(order.count) fields in ORDER BY. At most \(JQLCompiler.mostOrderFields) are allowed."
      )
    }
    var fields: [(field: FieldDefinition, isDescending: Bool)] = []
    for part in order {
      guard let field = compiler.field(part.field), field.kind != .comments else {
        throw .badRequest("Not able to sort using field '\(part.field)'.")
      }
      fields.append((field, part.isDescending))
    }
    if order.isEmpty, let key = compiler.field("key") { fields = [(key, true)] }
    self.fields = fields
    self.site = compiler.site
  }

  /// What an issue is sorted by; its id settles ties.
  func cursor(of issue: Issue) -> SortCursor {
    SortCursor(values: fields.map { value(of: $0.field, in: issue) }, id: issue.id)
  }

  func isBefore(_ first: SortCursor, _ second: SortCursor) -> Bool {
    for (place, part) in fields.enumerated()
    where place < first.values.count && place < second.values.count {
      if let before = first.values[place].isBefore(second.values[place]) {
        return before != part.isDescending
      }
    }
    return first.id < second.id
  }

  private func value(of field: FieldDefinition, in issue: Issue) -> SortValue {
    let stored = issue.fields[field.id]
    switch field.kind {
    case .key: return .number(Double(issue.id))
    case .instant:
      let instant: Int64? =
        switch field.id {
        case "created": issue.created
        case "updated": issue.updated
        case "resolutiondate": issue.resolved
        default: stored?.int64
        }
      return instant.map { .number(Double($0)) } ?? .none
    case .number:
      return stored?.number.map { .number(NSDecimalNumber(decimal: $0).doubleValue) } ?? .none
    case .richText: return RichText(stored: stored).map { .text($0.plainText) } ?? .none
    case .priority, .status, .resolution, .issueType, .project:
      let id = JQLCompiler.choices(of: field, in: issue, site: site).first
      return id.flatMap { Double($0) }.map { .number($0) } ?? .none
    default:
      let text = JQLCompiler.choices(of: field, in: issue, site: site).joined(separator: " ")
      return text.isEmpty ? .none : .text(text.lowercased())
    }
  }
}
