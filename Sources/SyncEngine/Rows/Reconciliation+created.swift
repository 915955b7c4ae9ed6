import Jira
import Planning

extension Reconciliation {
  /// A step for an issue that was made just now: what it lacks yet, and what was sent with it.
  ///
  /// - Parameters:
  ///   - draft: what was sent.
  ///   - issue: the issue as it was read.
  ///   - base: what JIRA stored of what was sent.
  ///   - site: the site.
  init(created draft: CreationDraft, issue: Issue, base: Base, site: Site) {
    var item = draft.item
    // A link with the base of the creation, as it will be stored.
    item.link?.base = base
    item.link?.marker = draft.marker
    self.init(item: item, issue: issue, site: site, base: base, refused: draft.log.problems)
    isNew = true
    log.written = draft.log.writes.compactMap { write in
      guard let unstored = base.fields[write.field]?.unstored else { return write }
      guard unstored.isAltered else { return nil }
      var altered = write
      altered.value = unstored.held
      return altered
    }
  }
}
