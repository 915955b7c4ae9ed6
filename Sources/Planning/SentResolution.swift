import JSON
import Jira

/// A resolution that was sent with a transition, and the one that the issue has afterwards.
package struct SentResolution: Sendable {
  /// What was sent, by id or by name; nil where none was.
  var sent: JSON?
  /// What the issue holds.
  var held: JSON?
  /// The transition that it was sent with.
  var transition: Transition

  /// Describes a resolution that was sent.
  package init(sent: JSON? = nil, held: JSON? = nil, transition: Transition) {
    self.sent = sent
    self.held = held
    self.transition = transition
  }

  /// What is wrong, for people; nil where JIRA stored what was sent.
  package var problem: String? {
    guard let sent, !isStored(sent) else { return nil }
    let wanted = VisibleText.quoted(sent["name"]?.string ?? name(of: sent) ?? sent.text)
    let found = held?["name"]?.string.map { VisibleText.quoted($0) } ?? "none"
    return
      "JIRA made the transition \(transition.name) and did not store the field Resolution that was sent with it: sent \(wanted), the issue has "
      + found
  }

  private func isStored(_ sent: JSON) -> Bool {
    guard let held, !held.isNull else { return false }
    if let id = sent["id"]?.string { return held["id"]?.string == id }
    guard let name = sent["name"]?.string, let other = held["name"]?.string else { return true }
    return CanonicalText.line(name).lowercased() == CanonicalText.line(other).lowercased()
  }

  private func name(of sent: JSON) -> String? {
    transition.fields["resolution"]?.allowedValues?.first { $0["id"] == sent["id"] }?["name"]?
      .string
  }
}
