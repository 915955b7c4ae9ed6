# shellcheck shell=bash
# What calls to JIRA cost: how many there are, how fast they may come, and how long a first backfill takes. Read by
# scripts/bench, whose functions and variables it uses.
# shellcheck disable=SC2154,SC2034 # they are scripts/bench's

bench_figures+=(
    "calls|calls to JIRA of a first backfill of 1,000 rows, of an update, and of a change of status"
    "backfill|10,000 rows on a JIRA that takes 50 ms for each answer, without a ceiling; the same, killed in the middle"
    "limits|16 workers that may make 20 calls a second, and one refusal with Retry-After among them"
)

# calls_since NUMBER: what the sandbox has seen since, in $scratch/calls.
calls_since() {
    "$bin/Bench" calls --sandbox "$sandbox" --since "$1" >"$scratch/calls" ||
        die 1 "the sandbox's log cannot be read"
}
ask_sandbox() { "$bin/Bench" sandbox --sandbox "$sandbox" "$@"; }
# forget_calls: begins the log anew.
forget_calls() { ask_sandbox DELETE /sandbox/admin/requests >>"$scratch/out"; }
all_linked="(select count(*) from jira_sync.links where state = 'linked' and last_error is null)"
# issues: how many the sandbox holds.
issues() {
    ask_sandbox POST /rest/api/3/search/approximate-count '{"jql": "project = SCRSKY"}' | tr -dc '0-9'
}

measure_calls() {
    local key
    database calls
    rows 1000
    sql "$database" -c "$push_all"
    forget_calls
    drain
    calls_since 0
    figure 'first backfill of 1,000 rows: calls in all' "$(value "$scratch/calls" calls)" '' most 40 \
        "$(value "$scratch/calls" creations) of them make issues"

    worker "$bin/jira-sync" worker
    wait_until 30 "$all_quiet" "the worker's falling asleep"
    forget_calls
    sql "$database" -c "update public.file_audit set notes = 'a new note' where id = 1"
    wait_until 30 "$all_quiet" "the update's reaching JIRA"
    calls_since 0
    figure 'update of a mapped field: writing calls' "$(value "$scratch/calls" writes)" '' most 1 \
        "$(value "$scratch/calls" calls) calls in all"
    forget_calls
    sql "$database" -c "update public.file_audit set has_technical_debt = false where id = 2"
    wait_until 30 "$all_quiet" "the status's reaching JIRA"
    calls_since 0
    figure 'change of status: looks for a way, a hop' \
        "$(divide "$(value "$scratch/calls" looks)" "$(value "$scratch/calls" steps)")" '' most 1 \
        "$(value "$scratch/calls" steps) hops, $(value "$scratch/calls" calls) calls in all"
    stop_child "$worker"
}

measure_backfill() {
    local count=10000 before took memory halfway
    "$quick" && count=2000
    ask_sandbox POST /sandbox/admin/faults '{"match": {}, "action": {"latency": 50}}' >>"$scratch/out"

    database backfill
    rows "$count"
    worker "$bin/jira-sync" worker
    wait_until 30 "exists (select from jira_sync.workers where asleep)" "the worker's falling asleep"
    sql "$database" -c "$push_all"
    wait_until 300 "$all_linked = $count" "the backfill"
    took=$(sql "$database" -c "select extract(epoch from max(h.finished_at) - min(h.enqueued_at))::float8
        from jira_sync.job_history as h")
    memory=$(awk '/^VmHWM:/ { printf "%.2f\n", $2 / 1024 }' "/proc/$worker/status")
    stop_child "$worker"
    figure "backfill of $(printf "%'d" "$count") rows, 50 ms latency" "$took" s most 60
    figure 'the same: most memory at any time' "$memory" MB most 60

    # The same once more, killed in the middle without a word.
    database interrupted
    rows "$count"
    before=$(issues)
    sql "$database" -c "$push_all"
    halfway=$((count * 2 / 5))
    worker "$bin/jira-sync" worker
    wait_until 300 "$all_linked >= $halfway" "half of the backfill"
    kill -KILL "$worker"
    forget "$worker"
    worker "$bin/jira-sync" worker
    wait_until 400 "$all_linked = $count" "the rest of the backfill"
    stop_child "$worker"
    figure 'killed in the middle and begun again: issues too many' "$(($(issues) - before - count))" '' most 0
    ask_sandbox DELETE /sandbox/admin/faults >>"$scratch/out"
}

measure_limits() {
    local workers=() number count=400
    "$quick" && count=150
    database limits 20
    rows "$count"
    sql "$database" -c "update jira_sync.rate_limits set rate = null" -c "$push_all"
    JIRA_SYNC_CONFIG=$scratch/calls.yaml
    printf 'limits: {calls_per_second: none}\n' >"$JIRA_SYNC_CONFIG"
    export JIRA_SYNC_CONFIG
    drain
    export JIRA_SYNC_CONFIG=$scratch/limits.yaml
    forget_calls
    for ((number = 0; number < 16; number++)); do
        worker "$bin/jira-sync" worker
        workers+=("$worker")
    done
    wait_until 60 "(select count(*) = 16 from jira_sync.workers)" "16 workers' start"
    sql "$database" -c "update public.file_audit set notes = 'first'"
    wait_until 120 "$all_quiet" "the updates' reaching JIRA"
    calls_since 0
    figure '16 workers, 20 calls/s: most in any second' "$(value "$scratch/calls" busiest_second)" '' most 21 \
        "$(value "$scratch/calls" calls) calls, $(value "$scratch/calls" limited) refused"
    figure 'the same: share of the 20 that is used' \
        "$(divide "$(value "$scratch/calls" per_second)" 20)" × least 0.85

    forget_calls
    ask_sandbox POST /sandbox/admin/faults '{"match": {"method": "PUT"}, "skip": 40, "times": 1,
        "action": {"status": 429, "headers": {"Retry-After": "5"}}}' >>"$scratch/out"
    sql "$database" -c "update public.file_audit set notes = 'second'"
    wait_until 120 "$all_quiet" "the updates' reaching JIRA after the refusal"
    calls_since 0
    figure 'calls while Retry-After is in force' "$(value "$scratch/calls" while_blocked)" '' most 0 \
        "$(value "$scratch/calls" limited) refused"
    figure 'most in any second, that after it included' "$(value "$scratch/calls" busiest_second)" '' most 21
    for number in "${workers[@]}"; do stop_child "$number"; done
}
