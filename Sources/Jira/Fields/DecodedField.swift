/// A field's value as it was read.
public struct DecodedField: Sendable, Hashable {
  /// The value in canonical form.
  public var value: FieldValue
  /// Whether writing the value back would lose something: formatting, mentions, pictures, or what a field of an unknown kind holds besides.
  public var isLossy: Bool
  /// Whether the field held what its type promises.
  ///
  /// If not, `value` is `empty` and means nothing: it must not be taken for a field that was cleared.
  public var isReadable: Bool

  /// Describes a value.
  public init(_ value: FieldValue, isLossy: Bool = false, isReadable: Bool = true) {
    self.value = value
    self.isLossy = isLossy
    self.isReadable = isReadable
  }

  /// What was found is not what the field's type promises.
  static let unreadable = DecodedField(.empty, isLossy: true, isReadable: false)
}
