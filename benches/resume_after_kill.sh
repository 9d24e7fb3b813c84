#!/usr/bin/env bash
# How soon after a kill the next process answers the bookings that the last one left open.
#
#   cargo build --release
#   benches/resume_after_kill.sh [PRACTICES [ROUNDS]]
#
# PRACTICES (1) are served, in diaries of their own up to twenty. In each of ROUNDS (20) rounds five
# bookings are in their diaries and not yet answered when the daemon dies by SIGKILL; one more is made
# while it is down. Measured from just before the next process is executed until Healthengine has taken
# the first answer, all five, and the one that no ledger knew: the times at which the daemon logs it.
#
# BINARY names another binary than target/release/healthengine-connector; KEEP=1 keeps the folder.
# Needs Linux, bash and curl. Exits 1 when the slowest first answer took a second or longer.
set -euo pipefail

practices=${1:-1} rounds=${2:-20} most_ms=1000 open=5
binary=$(realpath "${BINARY:-target/release/healthengine-connector}")
port=$((20000 + RANDOM % 20000))
sandbox_at=127.0.0.1:$port daemon_at=127.0.0.1:$((port + 1))

folder=$(mktemp -d)
daemon='' sandbox=''
leave() {
    for pid in $daemon $sandbox; do kill -9 "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    [[ -n ${KEEP:-} ]] && echo "kept: $folder" || rm -rf "$folder"
}
trap leave EXIT
cd "$folder"
mkdir -p config/practices diaries

diaries=$((practices < 20 ? practices : 20))
per_diary=$(((practices + diaries - 1) / diaries))
{
    echo 'slot_minutes = 15'
    for ((n = 0; n < per_diary; n++)); do
        printf '[[location]]\nid = "l%d"\nname = "Location %d"\n' "$n" "$n"
        printf '[[resource]]\nid = "l%da"\nlocation = "l%d"\nname = "Chair of %d"\n' "$n" "$n" "$n"
        echo 'hours = { weekdays = ["08:00-17:00"], saturday = ["08:00-17:00"], sunday = ["08:00-17:00"] }'
    done
    printf '[[type]]\nid = "visit"\nname = "Visit"\nminutes = 30\n'
} >plan.toml
"$binary" diary import plan.toml --database diaries/0.db >/dev/null
for ((n = 1; n < diaries; n++)); do cp diaries/0.db "diaries/$n.db"; done
for ((n = 0; n < practices; n++)); do
    {
        printf 'practice_id = "%d"\npractice_key = "key"\ntimezone = "Australia/Sydney"\n' $((1000000 + n))
        echo '[live_hours]'
        for day in monday tuesday wednesday thursday friday saturday sunday; do
            echo "$day = [{ start = \"00:00\", end = \"24:00\" }]"
        done
        printf '[pms]\nadapter = "diary"\ndatabase = "diaries/%d.db"\n' $((n / per_diary))
        printf 'locations = ["l%d"]\n' $((n % per_diary))
    } >"config/practices/practice-$n.toml"
done
cat >config/connector.toml <<TOML
[identity]
vendor_name = "Resume"
vendor_email = "resume@example.com"
environment = "DEV"
[healthengine]
base_url = "http://$sandbox_at/pms-api/v1"
api_key = "sandbox"
[residency]
region = "on-premises-au"
[ledger]
url = "sqlite:ledger.db"
[server]
listen = "$daemon_at"
TOML

controls() { curl -sf -H 'content-type: application/json' "http://$sandbox_at/_sandbox/$1" "${@:2}"; }
book() { controls "practices/$((1000000 + $1))/bookings" -d '{}' | grep -o '"booking":[0-9]*' | cut -d: -f2; }
sum() { grep -o "\"$1\":[0-9]*" | cut -d: -f2 | awk '{ sum += $1 } END { print sum + 0 }'; }
wait_for() { # WHAT COMMAND...
    local what=$1 tries=0
    shift
    until "$@"; do
        sleep 0.05
        tries=$((tries + 1))
        ((tries < 1200)) || { echo "not within a minute: $what" >&2; tail -3 daemon.log >&2; exit 1; }
    done
}
nanoseconds() { date -d "$1" +%s%N; }
start_daemon() {
    started=$(date +%s%N)
    "$binary" run >/dev/null 2>daemon.log &
    daemon=$!
}
is_published() { (($(controls practices | sum days) >= practices * 30)); }
are_open() { (($(curl -sf "http://$daemon_at/api/v1/practices" | sum open) >= open)); }
all_answered() { (($(controls practices | sum pending) == 0)); }
# The milliseconds from the start until the log says that a booking was confirmed.
took() { # BOOKING
    local at
    at=$(grep -m1 "booking confirmed .*booking.id=$1 " daemon.log | cut -d' ' -f1)
    echo $((($(nanoseconds "$at") - started) / 1000000))
}
spread() { # FILE WORDS
    sort -n "$1" | awk -v words="$2" '{ all[NR] = $1 } END {
        printf "  %-44s %d / %d / %d ms\n", words, all[1], all[int((NR + 1) / 2)], all[NR] }'
}

"$binary" sandbox --accept-any-practice --listen "$sandbox_at" >sandbox.log 2>&1 &
sandbox=$!
wait_for "the sandbox" controls practices >/dev/null
start_daemon
wait_for "all published" is_published
for ((round = 0; round < rounds; round++)); do
    controls faults -d '{"path": "/bookings/*/confirmInsert", "status": 503, "count": 1000000}' >/dev/null
    left=()
    for ((n = 0; n < open; n++)); do left+=("$(book $((RANDOM % practices)))"); done
    wait_for "bookings in the diary" are_open
    kill -9 "$daemon"
    wait "$daemon" 2>/dev/null || true
    controls faults -X DELETE >/dev/null
    unknown=$(book $((RANDOM % practices)))
    start_daemon
    wait_for "all answered" all_answered
    wait_for "the log" grep -q "booking confirmed .*booking.id=$unknown " daemon.log
    for one in "${left[@]}"; do
        wait_for "the log" grep -q "booking confirmed .*booking.id=$one " daemon.log
        took "$one"
    done | sort -n >took
    head -1 took >>first
    tail -1 took >>last
    took "$unknown" >>unrecorded
done
echo "$practices practices, $rounds kills with $open bookings open: fastest / median / slowest"
spread first "first open booking answered"
spread last "all open bookings answered"
spread unrecorded "booking made while it was down answered"
echo "  bookings lost or answered twice:             $(controls books | grep -o '"answers":[0-9]*' | grep -cv ':1$' || true)"
(($(sort -n first | tail -1) < most_ms))
