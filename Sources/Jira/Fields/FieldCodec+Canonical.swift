import FoundationEssentials

extension FieldCodec {
  /// Takes a text for a field's value.
  ///
  /// - Parameters:
  ///   - text: any text; for a set, its single element.
  ///   - type: what the field holds.
  /// - Returns: the value in canonical form. A text that is no number, day or instant, for a field of such, is left as
  ///   text, which `encode` then refuses.
  public static func canonical(_ text: String, as type: FieldType) -> FieldValue {
    if type.isRichText {
      let lines = CanonicalText.lines(text)
      return lines.isEmpty ? .empty : .text(lines)
    }
    let line = CanonicalText.line(text)
    guard !line.isEmpty else { return .empty }
    switch type {
    case .summary, .description, .text, .paragraph, .url, .unsupported: return .text(line)
    case .number: return decimal(line).map { .number($0) } ?? .text(line)
    case .date:
      if JiraTimestamp.isDay(line) { return .date(line) }
      return JiraTimestamp.parse(line).flatMap(JiraTimestamp.day).map { .date($0) } ?? .text(line)
    case .dateTime:
      let instant = JiraTimestamp.parse(line) ?? JiraTimestamp.startOfDay(line)
      return instant.map { .instant($0) } ?? .text(line)
    case .select, .priority, .resolution, .status, .issueType, .project, .parent, .version:
      return .option(line)
    case .multiSelect, .checkboxes, .multiUser, .components, .versions: return .set([line])
    case .labels: return fit(.set([line]), as: .labels)
    case .cascadingSelect: return .cascade(parent: line, child: nil)
    case .user: return .user(line)
    }
  }

  /// A whole text as a decimal; nil where any of it is something else.
  private static func decimal(_ text: String) -> Decimal? {
    var digits = 0
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        break
      default: return nil
      }
    }
    // The form is Swift's for floating point, so "1.2.3" and "--1" are refused there.
    guard digits > 0, let check = Double(text), check.isFinite else { return nil }
    return Decimal(string: text)
  }

  /// Names as a set: sorted, without doubles and without empty ones.
  static func sorted(_ names: [String]) -> FieldValue {
    let unique = Set(names.filter { !$0.isEmpty })
    return unique.isEmpty ? .empty : .set(unique.sorted())
  }
}
