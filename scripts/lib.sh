# shellcheck shell=bash
# What the scripts share: installing, ports, children that end with us, and a Postgres cluster of our own.
#
# Sourced, never run. Everything that lasts (a build, a server) runs as a child of `start`, and the script waits for
# it: so a signal is answered at once, and whoever sourced this only has to call `end_with_children` first.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
local_dir=$root/.local
script_name=scripts/$(basename "$0")
# Used by the scripts that source this.
# shellcheck disable=SC2034
EX_USAGE=64 EX_UNAVAILABLE=69 EX_CONFIG=78

# To standard error: standard output is for results.
say() { printf '%s\n' "$*" >&2; }

# die STATUS TEXT…
die() {
    local status=$1
    shift
    say "$script_name: $*"
    exit "$status"
}

# ---- Children ----------------------------------------------------------------------------------------------

children=()
cleanups=()

# Makes every way out of the script stop its children, the youngest first, and run what was given to `at_end`.
end_with_children() {
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    trap stop_everything EXIT
}

# at_end FUNCTION: called after the children have ended.
at_end() { cleanups+=("$1"); }

stop_everything() {
    local status=$? index
    # A second Ctrl-C must not leave half of it running. Every step below is bounded in time.
    trap '' INT TERM HUP
    trap - EXIT
    for ((index = ${#children[@]} - 1; index >= 0; index--)); do
        stop_child "${children[index]}"
    done
    for index in "${cleanups[@]}"; do "$index" || true; done
    exit "$status"
}

# start [--as USER] [--signal NAME] COMMAND…: starts a child and puts its pid into $child.
#
# It gets a session of its own, or Ctrl-C would reach Postgres before the worker has given its jobs back. Bash makes
# background children ignore SIGINT, which is undone. And the kernel ends it should this script be killed outright.
declare -A stop_signals=()
start() {
    local user='' signal=TERM
    while :; do
        case $1 in
            --as) user=$2 && shift 2 ;;
            --signal) signal=$2 && shift 2 ;;
            *) break ;;
        esac
    done
    local as=()
    [ -z "$user" ] || as=(--reuid "$user" --regid "$(id -g "$user")" --init-groups)
    # The lock of scripts/run must not outlive the script in a child.
    setsid env --default-signal=INT,QUIT setpriv "${as[@]}" --pdeathsig "$signal" "$@" 9>&- &
    child=$!
    children+=("$child")
    stop_signals[$child]=$signal
}

# stop_child PID: asks it and what it started to end, and after 20 s makes it.
stop_child() {
    local pid=$1 tries
    if kill -0 "$pid" 2>/dev/null; then
        # Before its setsid, the child is in no group of its own yet.
        kill -s "${stop_signals[$pid]}" -- "$pid" 2>/dev/null || true
        for ((tries = 0; tries < 200; tries++)); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    fi
    # What is left of its session: a compiler of a build that was stopped, for example.
    kill -s KILL -- "-$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    forget "$pid"
}

forget() {
    local pid kept=()
    for pid in "${children[@]}"; do [ "$pid" = "$1" ] || kept+=("$pid"); done
    children=("${kept[@]}")
}

# run COMMAND…: like calling it, but a signal to this script stops it at once.
run() {
    local status=0 pid
    start "$@"
    pid=$child
    wait "$pid" || status=$?
    forget "$pid"
    return "$status"
}

# run_quietly TITLE LOG COMMAND…: shows the output on a terminal; elsewhere keeps it in LOG, says every 20 s how far
# it is, and shows the end of it where the command fails.
run_quietly() {
    local title=$1 log=$2 status=0 pid ticker
    shift 2
    say "$title …"
    if [ -t 2 ]; then
        run "$@" >&2 || status=$?
        return "$status"
    fi
    start "$@" >"$log" 2>&1
    pid=$child
    while kill -0 "$pid" 2>/dev/null; do
        start sleep 20
        ticker=$child
        wait -n "$pid" "$ticker" || true
        if kill -0 "$ticker" 2>/dev/null; then stop_child "$ticker"; else forget "$ticker"; fi
        if kill -0 "$pid" 2>/dev/null; then say "  $(tail -n 1 "$log" | tr -d '\r' | cut -c1-100)"; fi
    done
    wait "$pid" || status=$?
    forget "$pid"
    [ "$status" = 0 ] || tail -n 40 "$log" >&2
    return "$status"
}

# ---- Installing --------------------------------------------------------------------------------------------

missing_packages=()

# need PACKAGE COMMAND…: PACKAGE is missing where COMMAND fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing_packages+=("$package")
}

# Installs what `need` found missing; no call of apt where nothing is.
install_missing() {
    [ "${#missing_packages[@]}" -gt 0 ] || return 0
    local apt=(apt-get -y -q --no-install-recommends install "${missing_packages[@]}")
    local sudo=(env) log
    command -v apt-get >/dev/null ||
        die "$EX_UNAVAILABLE" "this machine has no apt-get; install what these Debian packages hold:" \
            "${missing_packages[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null ||
            die "$EX_UNAVAILABLE" "missing: ${missing_packages[*]}. Install them as root: ${apt[*]}"
        sudo=(sudo env)
    fi
    sudo+=(DEBIAN_FRONTEND=noninteractive)
    mkdir -p "$local_dir"
    log=$local_dir/apt.log
    say "installing ${missing_packages[*]} …"
    # A fresh machine has no package lists, an old one has stale ones: both show as a failure.
    if ! "${sudo[@]}" "${apt[@]}" >"$log" 2>&1 9>&-; then
        if ! { "${sudo[@]}" apt-get -q update && "${sudo[@]}" "${apt[@]}"; } >"$log" 2>&1 9>&-; then
            tail -n 20 "$log" >&2
            die "$EX_UNAVAILABLE" "cannot install ${missing_packages[*]}; apt-get said why above"
        fi
    fi
    missing_packages=()
    hash -r
}

# What the program is built with.
need_to_build() {
    command -v swift >/dev/null ||
        die "$EX_UNAVAILABLE" "there is no swift on the PATH; install Swift 6.3 from https://swift.org/install"
    need pkg-config pkg-config --version
    need libpq-dev pkg-config --exists libpq
    need libcurl4-openssl-dev pkg-config --exists libcurl
}

# ---- Ports -------------------------------------------------------------------------------------------------

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FROM: the first free port from FROM on.
free_port() {
    local port
    for ((port = $1; port < $1 + 500; port++)); do
        if ! port_is_taken "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
    die "$EX_UNAVAILABLE" "no free port between $1 and $port"
}

# ---- Postgres ----------------------------------------------------------------------------------------------

# find_postgres [VERSION]: puts the folder of the server's programs into $pg_bin; the newest, or that major version, which
# JIRA_SYNC_TEST_POSTGRES may name. And into $pg_user the user that has to run them, as Postgres refuses to run as root.
# Empty: the user that runs the script.
find_postgres() {
    local wanted=${1:-${JIRA_SYNC_TEST_POSTGRES:-}} folder user candidates=()
    pg_bin='' pg_user=''
    if command -v initdb >/dev/null; then candidates+=("$(dirname "$(readlink -f "$(command -v initdb)")")"); fi
    while IFS= read -r folder; do candidates+=("$folder"); done < <(
        find /usr/lib/postgresql /usr/local/pgsql -maxdepth 2 -name bin -type d 2>/dev/null | sort -rV
    )
    for folder in "${candidates[@]}"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_isready" ]; then
            if [ -z "$wanted" ] || [[ $("$folder/postgres" --version) == *" $wanted."* ]]; then
                pg_bin=$folder
                break
            fi
        fi
    done
    [ -n "$pg_bin" ] || return 1
    [ "$(id -u)" = 0 ] || return 0
    # Debian's package has made the first; without the package there is the second.
    for user in postgres nobody; do
        if id "$user" >/dev/null 2>&1; then
            pg_user=$user
            return 0
        fi
    done
    die "$EX_UNAVAILABLE" "Postgres does not run as root, and there is neither a user postgres nor nobody"
}

# find_extension LIBRARY PACKAGE: whether the server in $pg_bin has an extension; installs Debian's postgresql-VERSION-PACKAGE
# where apt can. Extensions are optional.
find_extension() {
    local version library
    library=$("$pg_bin/pg_config" --pkglibdir 2>/dev/null || printf '%s' "$pg_bin/../lib")/$1.so
    [ ! -e "$library" ] || return 0
    version=$("$pg_bin/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        say "installing postgresql-$version-$2 …"
        mkdir -p "$local_dir"
        { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends install \
            "postgresql-$version-$2"; } >"$local_dir/apt.log" 2>&1 9>&- || true
    fi
    [ -e "$library" ]
}

find_pg_cron() { find_extension pg_cron cron; }

# as_postgres COMMAND…: runs it to its end as the user that Postgres runs as, in a folder that this user may enter.
as_postgres() (
    cd /
    [ -n "$pg_user" ] || exec "$@"
    exec setpriv --reuid "$pg_user" --regid "$(id -g "$pg_user")" --init-groups "$@"
)

# start_postgres DATA LOG FROM [ARGUMENT…]: starts the cluster in DATA on the first free port from FROM on and waits
# until it answers. Puts the port into $pg_port.
start_postgres() {
    local data=$1 log=$2 from=$3 tries pid as=() attempt
    shift 3
    [ -z "$pg_user" ] || as=(--as "$pg_user")
    # Another program may take the free port meanwhile.
    for attempt in 1 2 3; do
        pg_port=$(free_port "$from")
        # INT is Postgres' fast shutdown: TERM would wait for clients to leave.
        start "${as[@]}" --signal INT env -C / "$pg_bin/postgres" -D "$data" -p "$pg_port" \
            -c listen_addresses=127.0.0.1 -c unix_socket_directories= "$@" >>"$log" 2>&1
        pid=$child
        for ((tries = 0; tries < 600; tries++)); do
            kill -0 "$pid" 2>/dev/null || break
            if "$pg_bin/pg_isready" -q -h 127.0.0.1 -p "$pg_port"; then return 0; fi
            sleep 0.1
        done
        if kill -0 "$pid" 2>/dev/null; then
            stop_child "$pid"
            break
        fi
        forget "$pid"
        tail -n 5 "$log" | grep -q 'Address already in use' || break
        from=$((pg_port + attempt))
    done
    tail -n 15 "$log" >&2
    die "$EX_UNAVAILABLE" "Postgres does not start; its log ends as above and is in $log"
}
