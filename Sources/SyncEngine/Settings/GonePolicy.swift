/// What becomes of one half of a pair when the other is gone; nothing is ever deleted.
public enum GonePolicy: String, Sendable, Hashable, CaseIterable {
  /// It stays as it is; the link says what is gone.
  case none
  /// A sentence is added to it: a comment at the issue, a line in the row's notes.
  case comment
  /// It is closed, with such a sentence: the issue is moved to done, the row has no debt any more.
  case close
  /// The two have nothing to do with each other any more: the issue loses our label, the row never gets another.
  case unlink
}
