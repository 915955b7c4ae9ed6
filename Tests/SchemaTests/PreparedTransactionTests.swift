import Foundation
import TestSupport
import Testing

/// PREPARE TRANSACTION, which refuses NOTIFY; in a server of its own, for the tests' server does not allow it.
@Suite(.enabled("needs the programs of a server") { try await programs() != nil })
struct PreparedTransactionTests {
  @Test func `a transaction that changes the table can be prepared, and its changes are found`()
    async throws
  {
    let programs = try #require(try await programs())
    let migrations = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "migrations")
    let output = try await bash(script, programs, migrations.path)
    #expect(output.split(separator: "\n").suffix(2) == ["waiting: 0", "found: push 1, push 2"])
  }

  private let script = #"""
    programs=$1 migrations=$2
    as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
    folder=$(mktemp -d)
    if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
    trap 'as_server "$programs/pg_ctl" -D "$folder/data" -m immediate stop > /dev/null; rm -rf "$folder"' EXIT
    cd "$folder"
    as_server "$programs/initdb" -D "$folder/data" -U admin -A trust -N > /dev/null
    # Only a socket: no port can be taken.
    as_server "$programs/pg_ctl" -w -D "$folder/data" -l "$folder/log" -o \
      "-c listen_addresses= -k $folder -c max_prepared_transactions=2 -c fsync=off" start > /dev/null
    sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$folder" -U admin -d postgres "$@"; }
    for file in "$migrations"/*.sql "$migrations"/functions/*.sql; do sql -1 -f "$file" > /dev/null 2>&1; done
    # A sleeping worker: otherwise nothing would be sent.
    sql -c "select jira_sync.register('00000000-0000-0000-0000-000000000001', 'a', '{push}', 1, 60)" \
      -c "select * from jira_sync.heartbeat('00000000-0000-0000-0000-000000000001', true)" > /dev/null
    sql <<'END'
    insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
      status, workflows, has_technical_debt)
    select g, 'src/' || g, g, 1, 'one', 'ACTIVE', '{}', true from generate_series(1, 2) as g;
    truncate jira_sync.jobs;
    begin;
    update public.file_audit set notes = 'a' where id = 1;
    update public.file_audit set notes = 'b';
    prepare transaction 'changes';
    select 'waiting: ' || count(*) from jira_sync.jobs;
    commit prepared 'changes';
    select 'found: ' || string_agg(distinct kind || ' ' || row_id, ', ') from jira_sync.jobs;
    END
    """#
}

/// The folder of `initdb`; nil where only clients are installed.
private func programs() async throws -> String? {
  let found = try await bash(
    """
    for folder in /usr/lib/postgresql/*/bin $(dirname "$(command -v initdb || echo /-/x)"); do
      if [ -x "$folder/initdb" ]; then echo "$folder"; fi
    done
    """)
  return found.split(separator: "\n").last.map(String.init)
}
