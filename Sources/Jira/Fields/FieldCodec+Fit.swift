import FoundationEssentials

extension FieldCodec {
  /// What JIRA would hold of a value: the form in which both sides are compared; otherwise they would never agree.
  ///
  /// Applying it twice is the same as applying it once.
  ///
  /// - Parameters:
  ///   - value: any value; one that is not of the field's kind is brought into canonical form and no further.
  ///   - type: what the field holds.
  ///   - dialect: the site's family; wiki markup of Data Center needs more room than the text it stands for.
  /// - Returns: the value as JIRA would hold it.
  public static func fit(
    _ value: FieldValue, as type: FieldType, dialect: JiraDialect = .cloud
  ) -> FieldValue {
    switch value {
    case .empty, .boolean, .instant: return value
    case .text(let text): return fit(text, as: type, dialect)
    case .number(let number): return .number(rounded(number))
    case .date(let day): return named(day) { .date($0) }
    case .option(let name): return named(name) { .option($0) }
    case .user(let id): return named(id) { .user($0) }
    case .cascade(let parent, let child):
      return named(parent) { parent in
        let child = child.map { cut(CanonicalText.line($0)) }
        return .cascade(parent: parent, child: child == "" ? nil : child)
      }
    case .set(let names):
      let isLabels = type == .labels
      return sorted(names.map { isLabels ? label($0) : cut(CanonicalText.line($0)) })
    }
  }

  /// As much of a very long text as decides what JIRA would hold of it.
  ///
  /// Ten megabytes are not brought into canonical form for the sake of their first kilobytes.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - type: what the field holds.
  /// - Returns: the text, or a beginning of it that is longer than the field holds however it is cleaned.
  public static func head(of text: String, for type: FieldType) -> String {
    guard type.isRichText || type == .summary || type == .text else { return text }
    let limit = type.isRichText ? TextLimit.paragraph : TextLimit.line
    let bound = 16 * limit
    guard text.utf8.count > 2 * bound else { return text }
    let head = String(text[..<text.utf8.index(text.startIndex, offsetBy: bound)])
    let kept = type.isRichText ? CanonicalText.lines(head) : CanonicalText.line(head)
    // Of what is mostly blank or not kept, all must be looked at.
    return kept.utf16.count > 2 * limit ? head : text
  }

  private static func fit(
    _ text: String, as type: FieldType, _ dialect: JiraDialect
  ) -> FieldValue {
    let fitted: String =
      switch type {
      case .description, .paragraph:
        TextLimit.fit(CanonicalText.lines(text), to: TextLimit.paragraph, dialect: dialect)
      // Half an address is worse than one that JIRA refuses.
      case .url: CanonicalText.line(text)
      default: cut(CanonicalText.line(text))
      }
    return fitted.isEmpty ? .empty : .text(fitted)
  }

  private static func named(_ name: String, _ make: (String) -> FieldValue) -> FieldValue {
    let line = cut(CanonicalText.line(name))
    return line.isEmpty ? .empty : make(line)
  }

  private static func cut(_ line: String) -> String { TextLimit.fit(line, to: TextLimit.line) }

  /// A label has no blanks.
  private static func label(_ text: String) -> String {
    var label = String.UnicodeScalarView()
    for scalar in CanonicalText.line(text).unicodeScalars {
      label.append(scalar.properties.isWhitespace ? "_" : scalar)
    }
    return cut(String(label))
  }

  /// Whole numbers below it are the same in binary.
  private static let exactWhole: Decimal = 1_000_000_000_000_000

  /// JIRA keeps numbers as binary fractions of double precision.
  private static func rounded(_ number: Decimal) -> Decimal {
    if number.exponent >= 0, number.magnitude < exactWhole { return number }
    guard number.isFinite, let double = Double(number.description), double.isFinite,
      let result = Decimal(string: "\(double)")
    else { return number }
    return result
  }
}
