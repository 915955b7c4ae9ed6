/// Which sides a job may write.
struct WritableSides: Sendable, Hashable {
  let issue: Bool
  let row: Bool

  init(kind: String) {
    issue = kind != "pull"
    row = kind != "push"
  }
}
