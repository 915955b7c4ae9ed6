import FoundationEssentials
import JSON
import Postgres
import SyncConfiguration

/// The outbox of one channel, as its deliverer reads and writes it.
struct OutboxStore: Sendable {
  let channel: String

  /// How the channel wants to be told, and the time of the database; nil where it was not announced.
  func manner(_ database: PostgresClient) async throws -> (manner: OutboxPlan.Manner, now: Double)?
  {
    let rows = try await database.query(
      """
      select extract(epoch from c.digest)::float8 as digest, c.by_issue,
        extract(epoch from clock_timestamp())::float8 as now
      from jira_sync.channels as c where c.name = \(channel)
      """, doing: "reading how \(channel) is told"
    ).rows
    guard let row = rows.first else { return nil }
    var manner = OutboxPlan.Manner()
    manner.digest = try row.get("digest")
    manner.byIssue = try row.get("by_issue")
    return (manner, try row.get("now"))
  }

  /// Counts what waits to its causes.
  var collecting: SQL { "select jira_sync.collect_events(\(channel)) as events" }

  /// The causes with something that was not told yet, in the order of their events.
  var readingCauses: SQL {
    """
    select t.fingerprint, t.issue_key, t.kind, t.severity, t.waiting, t.subjects, t.is_open, t.many,
      t.root, t.recurrences, t.event_id,
      extract(epoch from t.waiting_since)::float8 as waiting_since,
      extract(epoch from t.waiting_until)::float8 as waiting_until,
      extract(epoch from t.opened_at)::float8 as opened_at,
      extract(epoch from t.sent_at)::float8 as sent_at,
      extract(epoch from t.recurring_since)::float8 as recurring_since,
      coalesce(e.subject, t.subjects[1], t.kind) as subject, coalesce(e.message, '') as message,
      e.remedy, e.issue_key as event_issue, coalesce(e.details, '{}')::text as details,
      t.resolved_event_id, r.message as resolution, extract(epoch from r.at)::float8 as resolved_at
    from jira_sync.incidents as t
    left join jira_sync.events as e on e.id = t.event_id
    left join jira_sync.events as r on r.id = t.resolved_event_id
    where t.channel = \(channel) and (t.waiting > 0 or t.resolved_event_id is not null)
    order by t.event_id
    limit 2000
    """
  }

  /// Reads a row of `readingCauses`.
  static func cause(_ row: PostgresRow) throws -> Cause {
    let details = try row.get("details", as: String.self)
    var cause = Cause(
      fingerprint: try row.get("fingerprint"), issueKey: try row.get("issue_key"),
      kind: try row.get("kind"),
      severity: Severity(rawValue: try row.get("severity")) ?? .warning,
      event: EventText(
        id: try row.get("event_id"), subject: try row.get("subject"),
        message: try row.get("message"), remedy: try row.get("remedy", as: String?.self),
        issueKey: try row.get("event_issue", as: String?.self),
        // What cannot be read, such as a number of a thousand digits, is not shown either.
        details: (try? JSON(parsing: details)) ?? .object([:])),
      waiting: try row.get("waiting"))
    cause.waitingSince = try row.get("waiting_since", as: Double?.self)
    cause.waitingUntil = try row.get("waiting_until", as: Double?.self)
    cause.subjects = try row.get("subjects")
    cause.isMany = try row.get("many")
    cause.isOpen = try row.get("is_open")
    cause.root = try row.get("root", as: UUID?.self)
    cause.openedAt = try row.get("opened_at", as: Double?.self)
    cause.toldAt = try row.get("sent_at", as: Double?.self)
    cause.recurrences = try row.get("recurrences")
    cause.episodesSince = try row.get("recurring_since", as: Double?.self)
    if let id = try row.get("resolved_event_id", as: Int64?.self) {
      cause.resolution = Cause.Resolution(
        eventID: id, message: try row.get("resolution", as: String?.self) ?? "It has gone.",
        at: try row.get("resolved_at", as: Double?.self) ?? 0)
    }
    return cause
  }

  /// When the channel last got a message of a kind.
  var readingGates: SQL {
    """
    select m.kind, m.resolves, extract(epoch from max(m.created_at))::float8 as told
    from jira_sync.messages as m
    where m.channel = \(channel) and m.created_at > clock_timestamp() - interval '10 minutes'
    group by m.kind, m.resolves
    """
  }

  /// Whether an incident was reported and is not over, so that it has to be checked.
  var readingOpen: SQL {
    """
    select exists (
      select from jira_sync.incidents as t
      where t.channel = \(channel) and t.is_open and t.kind in ('job_dead', 'row_refused')
        and t.sent_at > clock_timestamp() - interval '3 days'
    ) as open
    """
  }

  /// Writes a message down.
  ///
  /// - Parameters:
  ///   - draft: what it says.
  ///   - uuid: its name.
  ///   - root: the message that began its thread.
  /// - Returns: the statement.
  func writing(_ draft: Draft, uuid: UUID, root: UUID?) -> SQL {
    let content: JSON = ["items": .array(draft.parts.map { MessageItem($0).json })]
    let issue = draft.parts.first?.cause.issueKey
    return """
      insert into jira_sync.messages (channel, uuid, root, kind, resolves, issue_key, content)
      values (\(channel), \(uuid)::uuid, \(root)::uuid, \(draft.gate.kind), \(draft.gate.resolves),
        nullif(\(issue), ''), \(content.text)::jsonb)
      """
  }

  /// Notes what causes were told.
  ///
  /// - Parameters:
  ///   - draft: what they were told with.
  ///   - uuid: the message's name.
  ///   - digest: within which coming and going is counted, in seconds.
  /// - Returns: the statement.
  func noting(_ draft: Draft, uuid: UUID, digest: Double) -> SQL {
    let parts = draft.parts
    return """
      update jira_sync.incidents as t
      set
        is_open = u.stage in ('first', 'again'),
        root = case when u.stage in ('first', 'news') or t.root is null then \(uuid)::uuid else t.root end,
        opened_at = case when u.stage in ('first', 'news') then t.waiting_since else t.opened_at end,
        sent_at = clock_timestamp(),
        recurrences = case
          when u.stage <> 'first' then t.recurrences
          when t.recurring_since > clock_timestamp() - make_interval(secs => \(digest)::float8)
          then t.recurrences + 1
          else 1
        end,
        recurring_since = case
          when u.stage <> 'first'
            or t.recurring_since > clock_timestamp() - make_interval(secs => \(digest)::float8)
          then t.recurring_since
          else clock_timestamp()
        end,
        waiting = 0, waiting_since = null, waiting_until = null, subjects = '{}',
        resolved_event_id = case when u.stage = 'resolved' then null else t.resolved_event_id end
      from unnest(
        \(parts.map(\.cause.fingerprint))::text[], \(parts.map(\.cause.issueKey))::text[],
        \(parts.map(\.stage.rawValue))::text[]) as u (fingerprint, issue_key, stage)
      where t.channel = \(channel) and t.fingerprint = u.fingerprint and t.issue_key = u.issue_key
      """
  }

  /// Notes that nothing has to be said of causes.
  func silencing(_ causes: [Cause]) -> SQL {
    """
    update jira_sync.incidents as t
    set waiting = 0, waiting_since = null, waiting_until = null, subjects = '{}',
      resolved_event_id = null
    from unnest(\(causes.map(\.fingerprint))::text[], \(causes.map(\.issueKey))::text[])
      as u (fingerprint, issue_key)
    where t.channel = \(channel) and t.fingerprint = u.fingerprint and t.issue_key = u.issue_key
    """
  }

  /// The messages that wait to be sent, in their order.
  func ready(_ database: PostgresClient) async throws -> [Message] {
    try await database.query(
      """
      select m.id, m.uuid, m.root, m.issue_key, m.content::text as content, m.attempt,
        extract(epoch from m.created_at)::float8 as written
      from jira_sync.messages as m
      where m.channel = \(channel) and m.state = 'ready'
      order by m.id limit 50
      """, doing: "reading what waits for \(channel)"
    ).rows.map { row in
      let content = try JSON(parsing: try row.get("content", as: String.self))
      return Message(
        id: try row.get("id"), uuid: try row.get("uuid"), root: try row.get("root", as: UUID?.self),
        issueKey: try row.get("issue_key", as: String?.self), writtenAt: try row.get("written"),
        items: content["items"]?.array?.compactMap { MessageItem($0) } ?? [],
        attempts: try row.get("attempt"))
    }
  }

  /// Notes that a message was taken.
  func sent(_ message: Message) -> SQL {
    """
    update jira_sync.messages
    set state = 'sent', sent_at = clock_timestamp(), attempt = attempt + 1, last_error = null
    where id = \(message.id)
    """
  }

  /// Notes that a message was not taken.
  ///
  /// - Parameters:
  ///   - message: the message.
  ///   - error: what came back.
  ///   - isDead: whether it is given up.
  /// - Returns: the statement.
  func failed(_ message: Message, error: String, isDead: Bool) -> SQL {
    """
    update jira_sync.messages
    set state = case when \(isDead) then 'dead' else 'ready' end, attempt = attempt + 1,
      last_error = left(\(error), 2000)
    where id = \(message.id)
    """
  }

  /// Has the channel looked at again.
  ///
  /// - Parameter time: when, in seconds since 1970 by the database's clock.
  /// - Returns: the statement.
  func waking(at time: Double) -> SQL {
    """
    insert into jira_sync.jobs (kind, run_at, priority, max_attempts, args)
    values ('notify', to_timestamp(\(time)::float8), 10, 1000000,
      jsonb_build_object('channel', \(channel)::text))
    """
  }

  /// Deletes old messages, a few rows at a time; `jira_sync.maintain()` drops old events.
  static let tidying: SQL = """
    delete from jira_sync.messages where id in (
      select id from jira_sync.messages
      where created_at < clock_timestamp() - interval '90 days' limit 1000)
    """
}
