import FoundationEssentials

/// A value in canonical form: what both sides are compared in.
///
/// Two values that mean the same are equal, however they were written: text is in NFC with `\n` line ends and no trailing
/// blanks, `3` and `3.0` are one decimal, instants are in UTC, sets are sorted and have no doubles, rich text is plain
/// text.
public enum FieldValue: Sendable, Hashable, Codable {
  /// No value: null, an empty text, an empty set and an empty document are all this.
  case empty
  /// One line or many.
  case text(String)
  case number(Decimal)
  case boolean(Bool)
  /// A calendar day, `YYYY-MM-DD`.
  case date(String)
  /// Milliseconds since 1970-01-01T00:00:00Z.
  case instant(Int64)
  /// The text of the option of a select, radio button, or single checkbox field, a priority, a resolution.
  case option(String)
  /// Options, labels or components: sorted, without doubles. Never empty: that is `empty`.
  case set([String])
  /// A cascading select: the parent's text and the child's.
  case cascade(parent: String, child: String?)
  /// A person: `accountId` on Cloud, `name` on Data Center.
  case user(String)
}
