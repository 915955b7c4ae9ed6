import FoundationEssentials
import JSON
import Jira
import Mapping

extension ResolvedField {
  /// The columns that give a row the value; those that have it already are left out.
  func columnWrites(_ value: FieldValue, row: Row) throws(FieldProblem) -> [ColumnWrite] {
    if let rules = statusRules {
      guard let state = StatusState(value) else {
        throw problem("the issue's status cannot be read; look at the status in JIRA")
      }
      return state.columns(rules).compactMap { write($0.column, $0.value, row) }
    }
    var writes: [ColumnWrite] = []
    if mapping.columns.count > 1 {
      guard case .column = mapping.source, type == .cascadingSelect, columns.count == 2 else {
        throw problem("a value made from several columns cannot be taken apart; make it push only")
      }
      let parts = try texts(value)
      for (index, column) in columns.enumerated() {
        let json = try json(index < parts.count ? [parts[index]] : [], column, row)
        if let write = write(column.name, json, row) { writes.append(write) }
      }
      return writes
    }
    guard let column = columns.first else { return [] }
    if column.kind == .textArray {
      let list = try merged(value, column.name, row[column.name])
      return write(column.name, .array(list), row).map { [$0] } ?? []
    }
    var parts = try texts(value)
    if parts.isEmpty, let nothing = mapping.valueMap.textOfNothing { parts = [nothing] }
    if case .cascade = value { parts = [parts.joined(separator: Self.separator)] }
    return write(column.name, try json(parts, column, row), row).map { [$0] } ?? []
  }

  private func write(_ column: String, _ new: JSON, _ row: Row) -> ColumnWrite? {
    let old = row[column] ?? .null
    return old == new ? nil : ColumnWrite(column: column, old: old, new: new, field: name)
  }

  /// The value's texts as the column has them.
  private func texts(_ value: FieldValue) throws(FieldProblem) -> [String] {
    let outward: [String]
    switch value {
    case .empty: outward = []
    case .text(let text), .option(let text), .user(let text), .date(let text): outward = [text]
    case .number(let number): outward = [number.description]
    case .boolean(let flag): outward = [flag ? "true" : "false"]
    case .instant(let milliseconds):
      guard let text = Timestamp(milliseconds: milliseconds).rowText(zoned: true) else {
        throw problem("the time in \(label) lies outside the years 1 to 9999")
      }
      outward = [text]
    case .set(let members): outward = members
    case .cascade(let parent, let child): outward = [parent] + (child.map { [$0] } ?? [])
    }
    guard !mapping.valueMap.isEmpty else { return outward }
    var inward: [String] = []
    for text in outward {
      guard let own = mapping.valueMap.inward(text) else {
        throw problem(
          "'\(text.prefix(60))' of the JIRA field \(label) stands for no single value of the "
            + "column; add it to the values of \(name) in the mapping")
      }
      inward.append(own)
    }
    return inward
  }

  /// The texts as the column's kind wants them.
  private func json(
    _ texts: [String], _ column: TableColumn, _ row: Row
  ) throws(FieldProblem) -> JSON {
    guard !texts.isEmpty else { return try empty(column) }
    let text = texts.joined(separator: listSeparator)
    switch column.kind {
    case .text(let limit):
      // varchar(n) counts code points.
      if let limit, text.unicodeScalars.count > limit {
        throw problem(
          "the value of the JIRA field \(label) is longer than the \(limit) characters that "
            + "\(column.name) holds; shorten it in JIRA")
      }
      return .string(text)
    case .integer:
      guard let number = Int(text) else {
        throw problem("the value of the JIRA field \(label) is no whole number; change it in JIRA")
      }
      return .number(Decimal(number))
    case .decimal:
      guard let number = Decimal(string: text) else {
        throw problem("the value of the JIRA field \(label) is no number; change it in JIRA")
      }
      return .number(number)
    case .boolean:
      guard let flag = Self.flags[text.lowercased()] else {
        throw problem(
          "the value of the JIRA field \(label) is neither true nor false; give \(name) values in "
            + "the mapping")
      }
      return .bool(flag)
    case .timestamp:
      let zoned = row[column.name]?.string.map(Timestamp.hasZone) ?? false
      guard let text = Timestamp(text)?.rowText(zoned: zoned) else {
        throw problem("the value of the JIRA field \(label) is no time; change it in JIRA")
      }
      return .string(text)
    case .date:
      guard let time = Timestamp(text), let day = JiraTimestamp.day(time.milliseconds) else {
        throw problem("the value of the JIRA field \(label) is no date; change it in JIRA")
      }
      return .string(day)
    case .textArray: return .array(texts.map { .string($0) })
    case .json:
      throw problem("\(column.name) holds JSON, which nothing of JIRA is written into; push only")
    }
  }

  private static let flags = ["true": true, "yes": true, "false": false, "no": false]

  private func empty(_ column: TableColumn) throws(FieldProblem) -> JSON {
    guard !column.nullable else { return .null }
    guard case .text = column.kind else {
      throw problem(
        "the JIRA field \(label) was emptied, but \(column.name) must have a value; set it in JIRA")
    }
    return ""
  }

  /// The list as the row had it, without what is gone, and with what is new at its end.
  private func merged(
    _ value: FieldValue, _ column: String, _ old: JSON?
  ) throws(FieldProblem) -> [JSON] {
    guard case .set(let members) = value else {
      let parts = FieldTransform.split(joiner).applied(to: .list(try texts(value))).texts
      return parts.map { .string($0) }
    }
    var missing = Set(members)
    var result: [JSON] = []
    for element in old?.array ?? [] {
      let own = try self.members(of: element, column: column)
      guard !own.isEmpty, own.isSubset(of: members) else { continue }
      missing.subtract(own)
      result.append(element)
    }
    return result + (try texts(.set(of: missing))).map { .string($0) }
  }

  /// What a list that becomes one text is joined with.
  private var listSeparator: String {
    for step in mapping.transforms {
      if case .split(let separator) = step { return separator + " " }
    }
    return ", "
  }

  /// What a text that becomes a list was joined with.
  private var joiner: String {
    for step in mapping.transforms {
      if case .join(let separator) = step { return separator }
    }
    return ", "
  }
}
