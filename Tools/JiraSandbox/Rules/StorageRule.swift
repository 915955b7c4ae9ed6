import Foundation
import JSON

/// What JIRA makes of a value that it accepts, instead of storing it as it was sent.
///
/// Atlassian documents that fields which cannot be set may be ignored by an edit; workflows, apps and the precision of fields alter others.
struct StorageRule: Sendable, Hashable {
  /// A kind of request that carries fields.
  enum Request: String, Sendable, Hashable, CaseIterable {
    case create
    case edit
    case transition
  }

  /// What becomes of the value.
  enum Effect: String, Sendable, Hashable {
    /// Nothing is stored.
    case ignore
    /// A number is rounded to a whole one.
    case round
    /// The last of several values is dropped.
    case drop
    /// Letters become small.
    case lower
    /// A time is cut to the minute.
    case minute
  }

  /// The field's id.
  var field: String
  /// The requests that it is about.
  var requests: Set<Request>
  /// What becomes of the value.
  var effect: Effect

  /// Alters what a request wants to set.
  ///
  /// - Parameter change: the request, checked and in kept form.
  func apply(to change: inout IssueChange) {
    if field == "resolution", effect == .ignore { change.resolutionID = nil }
    guard let value = change.values[field] else { return }
    guard effect != .ignore else {
      change.values[field] = nil
      return
    }
    guard let value else { return }
    change.values[field] = .some(altered(value))
  }

  private func altered(_ value: JSON) -> JSON? {
    switch (effect, value) {
    case (.round, .number(var number)):
      var rounded = Decimal()
      NSDecimalRound(&rounded, &number, 0, .plain)
      return .number(rounded)
    case (.drop, .array(let elements)):
      return elements.count > 1 ? .array(elements.dropLast()) : nil
    case (.lower, .array(let elements)):
      return .array(elements.map { $0.string.map { .string($0.lowercased()) } ?? $0 })
    case (.lower, .string(let text)): return .string(text.lowercased())
    case (.minute, .number):
      return value.int64.map { .integer($0 / 60_000 * 60_000) } ?? value
    default: return value
    }
  }
}

extension Site {
  /// What is stored of a request.
  ///
  /// - Parameters:
  ///   - change: the request, checked and in kept form.
  ///   - request: its kind.
  /// - Returns: what is left of it.
  func stored(_ change: IssueChange, of request: StorageRule.Request) -> IssueChange {
    var change = change
    for rule in storageRules where rule.requests.contains(request) { rule.apply(to: &change) }
    return change
  }
}
