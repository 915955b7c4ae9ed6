# shellcheck shell=bash
# What channels that do not answer cost the sync. Read by scripts/bench, whose functions and variables it uses.
# shellcheck disable=SC2154,SC2034 # they are scripts/bench's

bench_figures+=("channels|1,000 edits synced while mail and Slack never answer, and with no channel at all")

# edits_a_second: what a worker makes of 1,000 edited rows, from the first start to the last end, while people are to be
# told of 100 causes.
edits_a_second() {
    local since
    worker "$bin/jira-sync" worker
    wait_until 60 "$all_quiet_but_messages" "the worker's falling asleep"
    since=$(sql "$database" -c 'select clock_timestamp()')
    sql "$database" -c "update public.file_audit set notes = '$since'" \
        -c "select count(jira_sync.emit('row_refused', 'error', 'bench-' || n || '$since', 'row ' || n, 'It is refused.', 'Wait.'))
            from generate_series(1, 100) as n" >"$scratch/out"
    wait_until 120 "not exists (select from jira_sync.jobs where kind in ('push', 'sync'))" "the edits' reaching JIRA"
    stop_child "$worker"
    worker=
    sql "$database" -c "select count(*) / extract(epoch from max(finished_at) - min(started_at))::float8
        from jira_sync.job_history where kind in ('push', 'sync') and outcome = 'done' and started_at > '$since'
        having count(*) = 1000"
}

measure_channels() {
    local rounds=5 round order state ratios=() rates=() waiting
    local -A rate=()
    if "$quick"; then rounds=2; fi
    # Messages wait for a minute between attempts, so the queue is never empty.
    all_quiet_but_messages="not exists (select from jira_sync.jobs where kind <> 'notify' and run_at < now() + interval '1 s')
        and exists (select from jira_sync.workers)"
    linked_rows channels
    # The sandbox takes the connection of either and says nothing.
    ask_sandbox POST /sandbox/admin/faults '{"match": {"pathPrefix": "/hook"}, "action": "hang"}' >"$scratch/out"
    for ((round = 0; round < rounds; round++)); do
        order=(none mute)
        [ $((round % 2)) = 0 ] || order=(mute none)
        for state in "${order[@]}"; do
            if [ "$state" = mute ]; then
                export SLACK_WEBHOOK_URL=$sandbox/hook SMTP_URL=smtp://${sandbox#http://} \
                    NOTIFY_EMAIL_FROM=jira-sync@example.com NOTIFY_EMAIL_TO=ada@example.com
            fi
            rate[$state]=$(edits_a_second)
            unset SLACK_WEBHOOK_URL SMTP_URL NOTIFY_EMAIL_FROM NOTIFY_EMAIL_TO
        done
        ratios+=("$(divide "${rate[mute]}" "${rate[none]}")")
        rates+=("${rate[none]}")
    done
    ask_sandbox DELETE /sandbox/admin/faults >"$scratch/out"
    with_limit
    waiting=$(sql "$database" -c "select count(*) from jira_sync.messages where state = 'ready'")
    figure 'edits synced beside channels that never answer' "$(median "${ratios[@]}")" × least 0.95 \
        "$(printf '%.0f' "$(median "${rates[@]}")")/s without; $waiting messages wait"
}
