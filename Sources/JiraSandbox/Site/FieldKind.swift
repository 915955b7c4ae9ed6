/// What a field holds, and so how it is written, read, compared and searched.
enum FieldKind: Sendable, Hashable {
  /// One line of at most 255 characters.
  case text
  /// A document: ADF in version 3 of the API, wiki markup in version 2.
  case richText
  case number
  /// A calendar day.
  case day
  /// A point in time.
  case instant
  /// One option of a list.
  case option
  /// Any options of a list.
  case options
  case labels
  case person
  case priority
  case components
  case project
  case issueType
  case status
  case resolution
  case key
  case comments
}
