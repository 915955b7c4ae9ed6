import JSON
import Jira
import Mapping

/// The plan that makes an issue for a row: every field that is pushed and has a value.
func creationPlan(row: Row, mapping: ResolvedMapping) -> Plan {
  var plan = Plan(newBase: Base())
  for field in mapping.fields {
    guard field.mapping.target != .issueKey else { continue }
    let value: FieldValue
    do throws(FieldProblem) {
      value = try rowValue(field, row: row)
    } catch {
      plan.problems.append(error)
      plan.newBase.fields[field.name] = BaseField(raw: [:], canonical: .empty)
      continue
    }
    let raw = rawColumns(field, row)
    if let rules = field.statusRules {
      guard field.mapping.direction.pushes, let state = StatusState(value),
        let target = state.target(rules)
      else { continue }
      // A new issue starts in a status of category "new"; one that does not has been moved, and
      // the next plan sees that as JIRA's change.
      plan.newBase.fields[field.name] = BaseField(
        raw: raw, canonical: .empty, issue: StatusState.toDo.value)
      if state == .toDo {
        plan.newBase.fields[field.name] = BaseField(raw: raw, canonical: value)
      } else {
        plan.transition = StatusChange(
          field: field.name, columns: field.mapping.columns, target: target, from: nil)
        plan.deferred.append(field.name)
      }
      continue
    }
    guard field.mapping.direction.pushes, value != .empty else {
      plan.newBase.fields[field.name] = BaseField(raw: raw, canonical: value, issue: .empty)
      continue
    }
    guard field.mapping.apply != .update, field.writableOnCreate else {
      plan.newBase.fields[field.name] = BaseField(raw: raw, canonical: .empty)
      plan.deferred.append(field.name)
      continue
    }
    do throws(FieldProblem) {
      plan.issueWrites.append(try field.write(value, over: .empty))
      var sent = BaseField(raw: raw, canonical: value)
      sent.isUnconfirmed = true
      plan.newBase.fields[field.name] = sent
    } catch {
      plan.problems.append(error)
      plan.newBase.fields[field.name] = BaseField(raw: [:], canonical: .empty)
    }
  }
  plan.notedBase = plan.newBase
  return plan
}

/// The columns of a field as a row has them.
func rawColumns(_ field: ResolvedField, _ row: Row) -> [String: JSON] {
  Dictionary(field.mapping.columns.map { ($0, row[$0] ?? .null) }) { first, _ in first }
}
