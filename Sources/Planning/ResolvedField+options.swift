import JSON
import Jira
import Mapping

/// The options that a site has for a field: what values are matched against, and how they are sent.
extension ResolvedField {
  /// What stands between the levels of a cascading option in one text.
  package static let separator = " / "

  /// The texts that the field takes, in canonical form; nil where JIRA takes any, or does not say.
  ///
  /// A cascading option is among them as `parent / child`, too.
  package var optionTexts: [String]? {
    options.map { options in
      options.flatMap { option in
        [option.canonical]
          + option.children.map { option.canonical + Self.separator + $0.canonical }
      }
    }
  }

  /// Whether the site has an option, in whatever spelling.
  package func hasOption(_ text: String) -> Bool {
    let canonical = CanonicalText.line(text)
    return optionTexts?.contains(canonical) ?? true
  }

  /// The texts of a cascading field that can be read in more than one way, since an option has the separator in it.
  package var ambiguousTexts: [String] {
    guard type == .cascadingSelect, let texts = optionTexts else { return [] }
    return Dictionary(texts.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.keys
      .sorted()
  }

  /// The options that one text of a cascading field can mean.
  func cascades(_ text: String) -> [FieldValue] {
    guard let options else { return [] }
    var found: [FieldValue] = []
    for option in options {
      if option.canonical == text { found.append(.cascade(parent: option.canonical, child: nil)) }
      for child in option.children
      where option.canonical + Self.separator + child.canonical == text {
        found.append(.cascade(parent: option.canonical, child: child.canonical))
      }
    }
    var unique: [FieldValue] = []
    for value in found where !unique.contains(value) { unique.append(value) }
    return unique
  }

  /// The value as JIRA's API takes it, each option by JIRA's own spelling or its id.
  ///
  /// - Throws: `FieldProblem` where the site has no such option: JIRA refuses the whole request for one.
  func encoded(_ value: FieldValue) throws(FieldProblem) -> JSON {
    // What JIRA translates is named by its id.
    if case .option(let text) = value, type.isTranslated, type.isWritable,
      let known = translated.value(named: text)
    {
      return ["id": .string(known.id)]
    }
    if let options {
      switch value {
      case .option(let text): return json(try option(text, in: options))
      case .set(let members):
        var elements: [JSON] = []
        for member in members { elements.append(json(try option(member, in: options))) }
        return .array(elements)
      case .cascade(let parent, let child):
        let text = child.map { parent + Self.separator + $0 } ?? parent
        guard let upper = options.matching(parent) else { throw notAnOption(text) }
        guard let child else { return json(upper) }
        // Options of one canonical form can have different options below them.
        let both = options.filter { $0.canonical == parent }
        guard let place = both.first(where: { $0.children.matching(child) != nil }),
          let lower = place.children.matching(child)
        else { throw notAnOption(text) }
        guard var object = json(place).object else { return json(place) }
        object["child"] = json(lower)
        return .object(object)
      default: break
      }
    }
    do throws(FieldCodecError) {
      return try FieldCodec.encode(value, as: type, dialect: dialect)
    } catch {
      throw problem("cannot be written to the JIRA field \(label): \(error)")
    }
  }

  private func option(
    _ text: String, in options: [AllowedOption]
  ) throws(FieldProblem) -> AllowedOption {
    guard let option = options.matching(text) else { throw notAnOption(text) }
    return option
  }

  /// An option by its text, or by its id where JIRA's own spelling is easily changed on the way.
  private func json(_ option: AllowedOption) -> JSON {
    if !option.isSpelledCanonically, let id = option.id { return ["id": .string(id)] }
    switch type {
    case .priority, .components, .versions, .version: return ["name": .string(option.text)]
    default: return ["value": .string(option.text)]
    }
  }

  private func notAnOption(_ text: String) -> FieldProblem {
    let texts =
      options?.flatMap { option in
        [option.text] + option.children.map { option.text + Self.separator + $0.text }
      } ?? []
    let shown = texts.prefix(20).map(VisibleText.quoted).joined(separator: ", ")
    return problem(
      "\(VisibleText.quoted(text)) is not an option of the JIRA field \(label); options are \(shown)"
        + (texts.count > 20 ? " and \(texts.count - 20) more" : "")
        + "; change the row, add the option in JIRA, or give the mapping a value for it",
      mayBeOver: true)
  }
}
