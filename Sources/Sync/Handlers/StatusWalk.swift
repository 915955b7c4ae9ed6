import JSON
import Jira

/// Finds the way from one status to another, seeing only the transitions that lead out of where it stands.
///
/// JIRA lists the ways out of the present status and no others, so the walk goes step by step: straight to the target
/// where it can, else to a status that it has not been to, and which is nearer by its category.
struct StatusWalk: Sendable {
  let target: StatusTarget
  /// They say which resolutions mean that nothing was fixed, which is not what a row without debt says.
  var rules = StatusRules()
  /// The fields that the issue has a value of: JIRA keeps it where a step does not name it.
  var filled: Set<String> = []
  private(set) var current: IssueStatus
  private(set) var hops = 0
  private(set) var obstacles: [String] = []
  private var visited: Set<String>

  init(target: StatusTarget, start: IssueStatus) {
    self.target = target
    current = start
    visited = [start.id]
  }

  /// Whether the target is reached.
  var hasArrived: Bool { matches(current) }

  /// The transition to take, with the fields its screen asks for; nil where there is no way on.
  mutating func choose(
    from transitions: [Transition]
  ) -> (transition: Transition, fields: [String: JSON])? {
    let ranked = transitions.filter { !visited.contains($0.to.id) }.sorted { rank($0) < rank($1) }
    // Where a step leads straight there and asks for something, going round would only move the issue about.
    let direct = ranked.filter { matches($0.to) }
    for transition in direct.isEmpty ? ranked : direct {
      do {
        return (transition, try fields(for: transition))
      } catch {
        obstacles.append("\(error)")
      }
    }
    return nil
  }

  /// A step was taken.
  mutating func arrived(at status: IssueStatus) {
    current = status
    hops += 1
    visited.insert(status.id)
  }

  private func matches(_ status: IssueStatus) -> Bool { status.category == target.category }

  /// The smaller, the better: the preferred target, any target, then what is between here and there, away from parking
  /// places, and at last what leads back.
  private func rank(_ transition: Transition) -> (Int, Int) {
    let status = transition.to
    let id = Int(transition.id) ?? .max
    let name = StatusRules.plain(status.name)
    if matches(status) {
      if name == StatusRules.plain(target.preferredName) { return (0, id) }
      let isRefusal = ["cancel", "reject", "declin", "duplicate", "won't", "invalid"]
        .contains(where: name.contains)
      return (isRefusal ? 2 : 1, id)
    }
    let isParking = ["block", "hold", "wait"].contains(where: name.contains)
    if status.category == .indeterminate { return (isParking ? 4 : 3, id) }
    return (5, id)
  }

  /// What the transition's screen requires: a resolution can be chosen, anything else is for a person.
  private func fields(for transition: Transition) throws(ScreenObstacle) -> [String: JSON] {
    var values: [String: JSON] = [:]
    for (id, field) in transition.fields where field.isRequired && !field.hasDefaultValue {
      guard id == "resolution" else {
        if filled.contains(id) { continue }
        throw ScreenObstacle(transition: transition.name, field: field.name)
      }
      let names = (field.allowedValues ?? []).compactMap { $0["name"]?.string }
      let fixing = names.filter { !rules.isUnresolved($0) }
      let usual = ["done", "fixed", "resolved"].lazy.compactMap { wanted in
        fixing.first { StatusRules.plain($0) == wanted }
      }
      guard let name = usual.first ?? fixing.first
      else { throw ScreenObstacle(transition: transition.name, field: field.name) }
      values[id] = ["name": .string(name)]
    }
    return values
  }
}
