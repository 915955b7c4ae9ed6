import Foundation
import TestSupport
import Testing

/// Whether PgBouncer is here.
let bouncerIsAvailable = FileManager.default.isExecutableFile(atPath: "/usr/sbin/pgbouncer")

/// Starts a PgBouncer that lends servers for a transaction, and stops it afterwards.
///
/// - Parameters:
///   - database: where it leads.
///   - servers: how many server connections it has.
///   - body: gets the URI that goes through it.
/// - Throws: what the body throws; `ScriptFailed` with what PgBouncer printed where it does not start.
func withBouncer(
  before database: TestDatabase, servers: Int, _ body: (String) async throws -> Void
) async throws {
  var uri = try #require(URLComponents(string: database.conninfo))
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "jira-sync-bouncer-\(UUID().uuidString)").path
  let output = try await bash(
    startScript, folder, "\(uri.host ?? "")", "\(uri.port ?? 5432)", uri.user ?? "", "\(servers)",
    database.name)
  let port: Int = try #require(Int(output.split(whereSeparator: \.isNewline).last ?? ""))
  uri.port = port
  let through = try #require(uri.string)
  do {
    try await body(through)
  } catch {
    _ = try await bash(stopScript, folder)
    throw error
  }
  _ = try await bash(stopScript, folder)
}

/// Prints the port as its last line.
///
/// A port that is free now may be taken a moment later, so it tries again.
private let startScript =
  asServer + """

    folder=$1 host=$2 server=$3 user=$4 servers=$5 database=$6
    mkdir -p "$folder"; cd "$folder"
    printf '"%s" ""\\n' "$user" > users
    for attempt in 1 2 3 4 5; do
      port=$((20000 + RANDOM % 12000))
      printf '%s\\n' '[databases]' "* = host=$host port=$server" '[pgbouncer]' \\
        'listen_addr = 127.0.0.1' "listen_port = $port" 'unix_socket_dir =' 'auth_type = trust' \\
        "auth_file = $folder/users" 'pool_mode = transaction' "default_pool_size = $servers" \\
        'ignore_startup_parameters = extra_float_digits' "pidfile = $folder/pid" > ini
      if [ "$(id -u)" = 0 ]; then chown -R postgres "$folder"; fi
      as_server /usr/sbin/pgbouncer -q ini < /dev/null > log 2>&1 &
      for look in $(seq 200); do
        if psql -h 127.0.0.1 -p "$port" -U "$user" "$database" -c 'select 1' > /dev/null 2>&1; then
          echo "$port"
          exit 0
        fi
        kill -0 $! 2> /dev/null || break
        sleep 0.1
      done
      if [ -s pid ]; then kill -KILL "$(cat pid)" || true; fi
    done
    cat log
    exit 1
    """

/// By KILL: what a thread of Swift's pool starts inherits its mask, in which TERM and INT are blocked, and PgBouncer leaves that as it is.
private let stopScript = """
  set -euo pipefail
  kill -KILL "$(cat "$1/pid")"
  rm -rf "$1"
  """
