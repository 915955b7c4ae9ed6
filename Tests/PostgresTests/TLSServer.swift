import Foundation
import TestSupport
import Testing

/// A Postgres of its own with TLS, since the other tests' cluster has none: its certificate names `localhost`.
struct TLSServer: Sendable {
  let port: Int
  /// The file with the authority's certificate.
  let authority: String
  /// The file with an authority's certificate that has nothing to do with the server.
  let otherAuthority: String

  /// Whether the programs that this needs are here.
  static var isAvailable: Bool {
    let programs = ["/usr/bin/openssl", "/bin/bash"]
    return programs.allSatisfy(FileManager.default.isExecutableFile(atPath:))
      && ServerPrograms.postgresFolder != nil
  }
}

/// Where Postgres' programs are.
enum ServerPrograms {
  static var postgresFolder: String? {
    let root = "/usr/lib/postgresql"
    // No such folder: no server programs either.
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return versions.sorted { (Int($0) ?? 0) > (Int($1) ?? 0) }.map { "\(root)/\($0)/bin" }
      .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
  }
}

/// Starts such a server, and stops and removes it afterwards.
func withTLSServer(_ body: (TLSServer) async throws -> Void) async throws {
  let programs = try #require(ServerPrograms.postgresFolder)
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "jira-sync-tls-\(UUID().uuidString)").path
  let output = try await bash(startScript, folder, programs)
  let port = try #require(Int(output.split(whereSeparator: \.isNewline).last ?? ""))
  let server = TLSServer(
    port: port, authority: "\(folder)/ca.crt", otherAuthority: "\(folder)/other.crt")
  do {
    try await body(server)
  } catch {
    _ = try await bash(stopScript, folder, programs)
    throw error
  }
  _ = try await bash(stopScript, folder, programs)
}

/// Prints the port as its last line.
///
/// A port that is free now may be taken a moment later, so it tries again.
private let startScript =
  asServer + """

    folder=$1 programs=$2
    mkdir -p "$folder"; cd "$folder"
    for name in ca other; do
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" \\
        -keyout $name.key -out $name.crt
    done
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
    printf 'subjectAltName=DNS:localhost' > names
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \\
      -extfile names -out server.crt
    chmod 600 server.key
    if [ "$(id -u)" = 0 ]; then chown -R postgres "$folder"; fi
    as_server "$programs/initdb" -D "$folder/data" -U admin -A trust -N
    cp server.crt server.key data/
    if [ "$(id -u)" = 0 ]; then chown postgres data/server.*; fi
    printf '%s\\n' 'hostssl all guarded all scram-sha-256' 'hostssl all all all trust' \\
      'local all all trust' > data/pg_hba.conf
    for attempt in 1 2 3 4 5; do
      port=$((20000 + RANDOM % 12000))
      if as_server "$programs/pg_ctl" -D data -w -l "$folder/log" \\
        -o "-p $port -k $folder -c ssl=on -c fsync=off -c max_connections=20 -c shared_buffers=8MB" \\
        start < /dev/null > "$folder/start.log" 2>&1; then break; fi
    done
    psql -h "$folder" -p "$port" -U admin postgres \\
      -c "create role guarded login password 'right'"
    echo "$port"
    """

private let stopScript =
  asServer + """

    folder=$1 programs=$2
    as_server "$programs/pg_ctl" -D "$folder/data" -m immediate stop || true
    rm -rf "$folder"
    """
