/// What scripts begin with that start a server.
///
/// A server does not run as root: then the role `postgres` of the system does it.
let asServer = """
  set -euo pipefail
  # The server must not inherit what tells that this script has ended.
  for descriptor in /proc/self/fd/*; do
    descriptor=${descriptor##*/}
    if [ "$descriptor" -gt 2 ]; then eval "exec $descriptor>&-"; fi
  done
  as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
  """
