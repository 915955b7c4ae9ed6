/// What is recorded of changes and runs.
enum Traces {
  /// The tables, in a schema of their own.
  static let schema = """
    create schema chaos;
    -- Data by the key of its jobs: a change raises the version and enqueues a job, in one transaction.
    create table chaos.sources (key text primary key, version bigint not null default 0)
      with (fillfactor = 50);
    -- Work without a key, to be done exactly once.
    create table chaos.singles (id bigint generated always as identity primary key);
    create table chaos.begun (
      job bigint not null, token bigint not null, worker uuid not null, key text,
      at timestamptz not null default clock_timestamp());
    create table chaos.effects (
      id bigint generated always as identity, job bigint not null, token bigint not null,
      worker uuid not null, key text, single bigint, seen bigint not null, done boolean not null,
      at timestamptz not null default clock_timestamp());
    create index on chaos.effects (at);
    create index on chaos.effects (key, seen) where done;
    create index on chaos.effects (single) where done and single is not null;
    create index on chaos.begun (key, token);
    """

  /// What the traces say once everything has come to rest.
  static let verdict = """
    select
      (select count(*) from chaos.sources as s where s.version > coalesce((
        select max(e.seen) from chaos.effects as e where e.done and e.key = s.key), 0))
      + (select count(*) from chaos.singles as s where not exists (
        select from chaos.effects as e where e.done and e.single = s.id)) as lost,
      -- A run that ended twice, or whose end and effect do not belong together,
      (select count(*) from (
        select from jira_sync.job_history as h where h.worker is not null
        group by h.id, h.worker, h.started_at having count(*) > 1) as twice)
      + (select count(*) from (
        select id as job, worker, count(*) as runs from jira_sync.job_history
        where outcome = 'done' and kind <> 'full_sync' group by 1, 2) as h
        full join (
          select job, worker, count(*) as runs from chaos.effects where done group by 1, 2) as e
          using (job, worker)
        where h.runs is distinct from e.runs)
      -- or an effect of a run after a later one of its key had begun.
      + (select count(*) from chaos.effects as e
        inner join chaos.begun as b on b.key = e.key and b.token > e.token and b.at < e.at) as stale,
      (select count(*) from (
        select from chaos.effects where done and single is not null
        group by single having count(*) > 1) as twice) as twice,
      (select count(*) from jira_sync.jobs where state = 'running') as running,
      (select count(*) from jira_sync.jobs where state = 'ready') as waiting,
      (select max(extract(epoch from finished_at - started_at))::float8
        from jira_sync.job_history where outcome = 'crashed') as rescue,
      (select coalesce(sum(version), 0) from chaos.sources)
      + (select count(*) from chaos.singles) as changes
    """
}
