import JSON
import Jira
import Mapping
import Planning

/// Finds the way from one status to another, seeing only the transitions that lead out of where it stands.
///
/// JIRA lists the ways out of the present status and no others, so the path goes step by step: straight to the target
/// where it can, else to a status that it has not been to, and which is nearer by its category.
struct TransitionPath: Sendable {
  let target: StatusTarget
  /// They say which resolutions mean that nothing was fixed, which is not what a row without debt says.
  var rules = StatusRules()
  /// What the site's statuses and resolutions are called: a name in the configuration may be any of theirs.
  var names = SiteNames()
  /// The fields that the issue has a value of: JIRA keeps it where a step does not name it.
  var filled: Set<String> = []
  private(set) var current: IssueStatus
  private(set) var steps = 0
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
    steps += 1
    visited.insert(status.id)
  }

  private func matches(_ status: IssueStatus) -> Bool { status.category == target.category }

  /// The smaller, the better: the preferred target, any target, then what is between here and there, away from parking
  /// places, and at last what leads back.
  private func rank(_ transition: Transition) -> (Int, Int) {
    let status = transition.to
    let id = Int(transition.id) ?? .max
    let known = names.statuses.completing(status.names)
    let spoken = known.names.map(TranslatedName.plain)
    func speaks(of words: [String]) -> Bool {
      words.contains { word in spoken.contains { $0.contains(word) } }
    }
    if matches(status) {
      if known.isCalled(target.preferredName) { return (0, id) }
      let isRefusal = speaks(of: ["cancel", "reject", "declin", "duplicate", "won't", "invalid"])
      return (isRefusal ? 2 : 1, id)
    }
    let isParking = speaks(of: ["block", "hold", "wait"])
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
      guard let chosen = resolution(among: field.allowedValues ?? []) else {
        throw ScreenObstacle(
          transition: transition.name, field: field.name,
          offered: (field.allowedValues ?? []).compactMap { $0["name"]?.string })
      }
      values[id] = chosen
    }
    return values
  }

  /// The resolution that says that the debt is gone: of those that the rules name, the first that the screen offers.
  private func resolution(among offered: [JSON]) -> JSON? {
    let fixing = offered.filter {
      ResolutionMeaning($0, rules: rules, names: names.resolutions) == .fixed
    }
    func isCalled(_ json: JSON, _ wanted: String) -> Bool {
      TranslatedName(json).map { names.resolutions.completing($0).isCalled(wanted) }
        ?? json["name"]?.string.map { TranslatedName.plain($0) == TranslatedName.plain(wanted) }
        ?? false
    }
    let usual = rules.resolvedResolutions.lazy.compactMap { wanted in
      fixing.first { isCalled($0, wanted) }
    }
    guard let chosen = usual.first else { return nil }
    if let id = chosen["id"]?.string { return ["id": .string(id)] }
    return ["name": chosen["name"] ?? .null]
  }
}

/// A transition wants something that no column gives.
struct ScreenObstacle: Error, CustomStringConvertible {
  let transition: String
  let field: String
  /// The resolutions that the screen offers, where it asks for one.
  var offered: [String] = []

  var description: String {
    let text = "the transition \(transition) requires \(field), which no column gives"
    guard !offered.isEmpty else { return text }
    return text
      + "; of \(offered.prefix(10).joined(separator: ", ")) none is in 'resolved' of the status field in jira-sync.yaml"
  }
}
