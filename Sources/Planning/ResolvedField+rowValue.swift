import FoundationEssentials
import JSON
import Jira
import Mapping

/// The row's value of a field.
///
/// - Parameters:
///   - field: the field.
///   - row: the row.
/// - Returns: the value in canonical form, as JIRA would hold it.
/// - Throws: `FieldProblem` where JIRA could not hold it at all; it names column and field and what to do.
public func rowValue(_ field: ResolvedField, row: Row) throws(FieldProblem) -> FieldValue {
  try field.reading(of: row).value
}

extension ResolvedField {
  /// A row's value, and whether JIRA holds all of it.
  struct Reading {
    var value: FieldValue
    /// Whether a part was left out: a pull would lose it.
    var isCut = false
  }

  /// Reads the field's value from a row.
  func reading(of row: Row) throws(FieldProblem) -> Reading {
    if let rules = statusRules {
      return Reading(value: try StatusState(row: row, field: self, rules: rules).value)
    }
    let text = try columnText(of: row).map { FieldCodec.head(of: $0, for: type) }
    let fitted = FieldCodec.fit(try canonical(text), as: type, dialect: dialect)
    return Reading(value: fitted, isCut: isCut(text, fitted))
  }

  /// Whether JIRA holds less than the text: its end is missing, or its line ends.
  ///
  /// Sets are written back member by member, which keeps what JIRA spells otherwise.
  private func isCut(_ text: ColumnText, _ fitted: FieldValue) -> Bool {
    guard case .text(let held) = fitted, case .one(let whole) = text.joined(by: ", ") else {
      return false
    }
    // Most texts are as they are held, and need no second look.
    if whole == held { return false }
    let lines = CanonicalText.lines(whole)
    return lines != held && lines.trimmingWhiteSpace() != held
  }

  /// The members of a set that one element of a list stands for.
  func members(of element: JSON, column: String) throws(FieldProblem) -> Set<String> {
    let whole = try canonical(try columnText(of: [column: .array([element])]))
    return FieldCodec.fit(whole, as: type, dialect: dialect).members
  }

  /// The columns' text with everything that the mapping does to it.
  private func columnText(of row: Row) throws(FieldProblem) -> ColumnText {
    let raw: ColumnText
    switch mapping.source {
    case .template(let template):
      let filled = try template.filled { (column: String) throws(FieldProblem) -> String in
        try text(of: row[column] ?? .null, column: column).texts.joined(separator: ", ")
      }
      raw = filled.isEmpty ? .none : .one(filled)
    case .constant(let text): raw = .one(text)
    case .column, .tickets, .status:
      if mapping.columns.count > 1 {
        var parts: [String] = []
        for column in mapping.columns {
          parts += try text(of: row[column] ?? .null, column: column).texts
        }
        raw = .list(parts)
      } else {
        let column = mapping.columns.first ?? ""
        raw = try text(of: row[column] ?? .null, column: column)
      }
    }
    let changed = mapping.transforms.reduce(raw) { value, step in step.applied(to: value) }
    return mapping.valueMap.isEmpty ? changed : changed.map(mapping.valueMap.outward)
  }

  private func text(of json: JSON, column: String) throws(FieldProblem) -> ColumnText {
    switch json {
    case .null: return .none
    case .string(let text): return .one(text)
    case .number(let number): return .one(number.description)
    case .bool(let flag): return .one(flag ? "true" : "false")
    case .array(let elements):
      var texts: [String] = []
      for element in elements { texts += try text(of: element, column: column).texts }
      return .list(texts)
    case .object:
      throw problem("\(column) holds an object, which no JIRA field can hold; map another column")
    }
  }

  /// The canonical value of a text, before it is fitted into the field.
  func canonical(_ text: ColumnText) throws(FieldProblem) -> FieldValue {
    switch type {
    case .multiSelect, .checkboxes, .labels, .components, .versions, .multiUser:
      return .set(of: text.texts.map { CanonicalText.line($0) }.filter { !$0.isEmpty })
    case .cascadingSelect: return try cascade(text)
    default: break
    }
    guard case .one(let single) = text.joined(by: ", ") else { return .empty }
    // Of many lines, one would be made only to see whether it is empty.
    if type.isRichText { return FieldCodec.canonical(single, as: type) }
    let plain = CanonicalText.line(single)
    guard !plain.isEmpty else { return .empty }
    switch type {
    case .number:
      let number = FieldCodec.canonical(plain, as: type)
      guard case .number = number else {
        throw problem("a text that is no number cannot go into the number field \(label)")
      }
      return number
    case .date:
      guard let instant = Timestamp(plain), let day = JiraTimestamp.day(instant.milliseconds) else {
        throw problem(unfit(plain, kind: "date"))
      }
      return .date(day)
    case .dateTime:
      guard let instant = Timestamp(plain), JiraTimestamp.render(instant.milliseconds) != nil else {
        throw problem(unfit(plain, kind: "time"))
      }
      return .instant(instant.milliseconds)
    case .priority, .resolution, .status, .issueType: return .option(canonicalName(plain))
    case .select, .project, .parent, .version: return .option(plain)
    case .user: return .user(plain)
    case .url:
      // JIRA takes absolute addresses only.
      guard plain.wholeMatch(of: /[A-Za-z][A-Za-z0-9+.\-]*:\/\/\S+/) != nil else {
        throw problem(
          "a text that is no absolute address cannot go into the URL field \(label); write it "
            + "whole, as in https://example.com/page")
      }
      return .text(plain)
    default: return FieldCodec.canonical(single, as: type)
    }
  }

  /// Why a text of a row cannot go into a field of days or times.
  private func unfit(_ text: String, kind: String) -> String {
    let field = "the \(type) field \(label)"
    // What Postgres makes of values that no calendar of JIRA has.
    let isPostgres = text.wholeMatch(of: /-?infinity|[+\-]?\d{4,}-\d\d-\d\d.*/) != nil
    guard isPostgres else { return "a text that is no \(kind) cannot go into \(field)" }
    return
      "'\(text.prefix(40))' cannot go into \(field), which holds \(kind)s from 0001-01-01 to 9999-12-31 and no "
      + "'infinity'; give the column such a \(kind), or none"
  }

  /// Two texts are the two levels; one text is matched against the options that the site has, since an option can have the separator in it.
  private func cascade(_ text: ColumnText) throws(FieldProblem) -> FieldValue {
    var parts = text.texts.map { CanonicalText.line($0) }.filter { !$0.isEmpty }
    if case .one(let single) = text {
      let line = CanonicalText.line(single)
      let known = cascades(line)
      guard known.count <= 1 else {
        throw problem(
          "\(VisibleText.quoted(line)) can be more than one option of the JIRA field \(label), since an option has "
            + "'\(Self.separator)' in it; map the two levels from two columns")
      }
      if let only = known.first { return only }
      parts = FieldTransform.split(Self.separator).applied(to: .one(single)).texts
    }
    guard let parent = parts.first else { return .empty }
    guard parts.count > 2 else {
      return .cascade(parent: parent, child: parts.count > 1 ? parts[1] : nil)
    }
    guard options != nil || !mapping.direction.pushes else {
      throw problem("more than two levels cannot go into the cascading field \(label)")
    }
    // No option of the site: a write refuses it, and what comes from JIRA is taken as it is.
    return .cascade(parent: parent, child: parts[1...].joined(separator: Self.separator))
  }
}
