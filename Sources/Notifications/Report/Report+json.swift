import FoundationEssentials
import JSON

extension Report {
  /// The report for programs.
  var json: JSON {
    [
      "from": .string(Self.instant(from)), "to": .string(Self.instant(to)),
      "site": site.map(JSON.string) ?? .null, "project": project.map(JSON.string) ?? .null,
      "rows": Self.number(rows), "open": Self.number(open), "open_before": Self.number(openBefore),
      "linked": Self.number(linked), "with_error": Self.number(withError),
      "issues_created": Self.number(created), "issues_updated": Self.number(issuesUpdated),
      "rows_updated": Self.number(rowsUpdated), "runs": Self.number(runs),
      "dead": Self.number(dead), "to_jira": toJira.json, "to_row": toRow.json,
      "days": .array(
        days.map { day in
          [
            "date": .string(day.date), "issues_created": Self.number(day.created),
            "values_to_jira": Self.number(day.toJira), "values_to_rows": Self.number(day.toRows),
            "open": Self.number(day.open),
          ]
        }), "layers": .array(layers.map(\.json)), "more_layers": Self.number(moreLayers),
      "workflows": .array(workflows.map(\.json)), "more_workflows": Self.number(moreWorkflows),
      "failures": .array(
        failures.map { failure in
          [
            "outcome": .string(failure.outcome), "count": Self.number(failure.count),
            "example": .string(failure.example), "last": .string(Self.instant(failure.last)),
          ]
        }), "more_failures": Self.number(moreFailures),
      "conflicts": .array(
        conflicts.map { conflict in
          [
            "field": .string(conflict.field), "row_won": Self.number(conflict.rowWon),
            "jira_won": Self.number(conflict.jiraWon), "by_hand": Self.number(conflict.byHand),
            "open": Self.number(conflict.open),
          ]
        }),
      "oldest": .array(
        oldest.map { row in
          [
            "label": .string(row.label), "issue_key": row.issueKey.map(JSON.string) ?? .null,
            "debt": .string(row.debt),
            "since": row.since.map { .string(Self.instant($0)) } ?? .null,
          ]
        }),
      "calls": [
        "today": Self.number(calls.today), "refusals": Self.number(calls.refusals),
        "outages": Self.number(calls.outages),
      ],
    ]
  }

  static func number(_ value: Int) -> JSON { .number(Decimal(value)) }

  private static func instant(_ seconds: Double) -> String {
    let time = UTCTime(seconds)
    let ones = time.second < 10 ? "0\(time.second)" : "\(time.second)"
    return "\(time.date)T\(time.clock):\(ones)Z"
  }
}

extension Report.Speed {
  fileprivate var json: JSON {
    [
      "count": Report.number(count), "median_ms": Self.milliseconds(median),
      "p95_ms": Self.milliseconds(p95),
    ]
  }

  private static func milliseconds(_ seconds: Double?) -> JSON {
    seconds.map { .number(Decimal(Int(($0 * 1_000).rounded()))) } ?? .null
  }
}

extension Report.Share {
  fileprivate var json: JSON {
    [
      "name": .string(name), "open": Report.number(open), "open_before": Report.number(before),
    ]
  }
}
