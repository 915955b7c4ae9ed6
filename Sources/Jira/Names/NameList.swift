/// The values of one kind that a site has, such as its resolutions, found by id or by any of their names.
public struct NameList: Sendable, Hashable {
  /// The values, in the order in which JIRA gave them.
  public private(set) var values: [TranslatedName] = []

  /// Makes a list.
  ///
  /// - Parameter values: the values; what has one id is one value.
  public init(_ values: [TranslatedName] = []) {
    for value in values { add(value) }
  }

  /// Whether nothing is known.
  public var isEmpty: Bool { values.isEmpty }

  /// Adds a value, or the names that an answer in another language gives to a known one.
  ///
  /// - Parameter value: the value.
  public mutating func add(_ value: TranslatedName) {
    guard let place = values.firstIndex(where: { $0.id == value.id }) else {
      values.append(value)
      return
    }
    values[place].others.formUnion(value.others.union([value.shown]))
    if values[place].untranslated == nil { values[place].untranslated = value.untranslated }
  }

  /// The value of an id.
  ///
  /// - Parameter id: the id.
  public subscript(id id: String) -> TranslatedName? { values.first { $0.id == id } }

  /// The values that a text means: by id, else by the name as it is stored or shown, else by any name in any case of letters.
  ///
  /// - Parameter text: a text of the configuration or of a row.
  /// - Returns: the values; several where a name is that of several.
  public func named(_ text: String) -> [TranslatedName] {
    if let value = self[id: text] { return [value] }
    let exact = values.filter { $0.untranslated == text || $0.shown == text }
    return exact.isEmpty ? values.filter { $0.isCalled(text) } : exact
  }

  /// The only value that a text means; nil where there is none, or several.
  ///
  /// - Parameter text: a text of the configuration or of a row.
  /// - Returns: the value.
  public func value(named text: String) -> TranslatedName? {
    let found = named(text)
    return found.count == 1 ? found[0] : nil
  }

  /// A value as an answer shows it, with all that is known of it besides.
  ///
  /// - Parameter value: the value as an issue or a screen has it.
  /// - Returns: the value with the names of the list.
  public func completing(_ value: TranslatedName) -> TranslatedName {
    guard var known = self[id: value.id] else { return value }
    known.others.formUnion(value.names)
    if known.untranslated == nil { known.untranslated = value.untranslated }
    return known
  }
}
