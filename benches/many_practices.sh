#!/usr/bin/env bash
# How the daemon fares with thousands of practices, all against the sandbox.
#
#   cargo build --release
#   benches/many_practices.sh [PRACTICES [DIARIES [SECONDS]]]
#
# PRACTICES (10000) are spread over DIARIES files (20) of the built-in diary, one location with two
# resources each; DIARIES equal to PRACTICES gives each a file of its own. The daemon polls for
# SECONDS (60) after the last practice was published. Printed are when everything was published,
# the longest time between two polls, and the daemon's memory, processor time, threads and files;
# then a stop by SIGTERM and a second start on the same ledger.
#
# BINARY names another binary than target/release/healthengine-connector; KEEP=1 keeps the folder.
# Needs Linux (/proc), bash and curl. Exits 1 when a limit below is passed.
set -euo pipefail

practices=${1:-10000} diaries=${2:-20} seconds=${3:-60}
binary=$(realpath "${BINARY:-target/release/healthengine-connector}")
most_memory_kib=150000 longest_gap_ms=6000 days=60

folder=$(mktemp -d)
daemon='' sandbox=''
leave() {
    for pid in $daemon $sandbox; do kill "$pid" 2>/dev/null || true; done
    wait
    [[ -n ${KEEP:-} ]] && echo "kept: $folder" || rm -rf "$folder"
}
trap leave EXIT
cd "$folder"
mkdir -p config/practices diaries

plan() { # PATH LOCATIONS
    {
        echo 'slot_minutes = 15'
        for ((n = 0; n < $2; n++)); do
            printf '[[location]]\nid = "l%d"\nname = "Location %d"\n' "$n" "$n"
        done
        for ((n = 0; n < $2; n++)); do
            for who in a b; do
                printf '[[resource]]\nid = "l%d%s"\nlocation = "l%d"\nname = "Chair %s of %d"\n' "$n" $who "$n" $who "$n"
                echo 'hours = { weekdays = ["08:00-12:30", "13:30-17:00"] }'
            done
        done
        for minutes in 15 30 45; do
            printf '[[type]]\nid = "t%d"\nname = "Visit of %d minutes"\nminutes = %d\n' $minutes $minutes $minutes
        done
    } >"$1"
}

per_diary=$(((practices + diaries - 1) / diaries))
plan plan.toml "$per_diary"
"$binary" diary import plan.toml --database diaries/0.db >/dev/null
for ((n = 1; n < diaries; n++)); do cp diaries/0.db "diaries/$n.db"; done
for ((n = 0; n < practices; n++)); do
    cat >"config/practices/practice-$n.toml" <<TOML
practice_id = "$((1000000 + n))"
practice_key = { env = "PRACTICE_KEY" }
timezone = "Australia/Sydney"
[live_hours]
monday = [{ start = "00:00", end = "24:00" }]
tuesday = [{ start = "00:00", end = "24:00" }]
wednesday = [{ start = "00:00", end = "24:00" }]
thursday = [{ start = "00:00", end = "24:00" }]
friday = [{ start = "08:00", end = "18:00" }]
[pms]
adapter = "diary"
database = "diaries/$((n / per_diary)).db"
locations = ["l$((n % per_diary))"]
TOML
done
cat >config/connector.toml <<TOML
[identity]
vendor_name = "Many Practices"
vendor_email = "many@example.com"
environment = "DEV"
[healthengine]
base_url = "http://127.0.0.1:18473/pms-api/v1"
api_key = "sandbox"
[residency]
region = "on-premises-au"
[ledger]
url = "sqlite:ledger.db"
[server]
listen = "127.0.0.1:18472"
TOML
export PRACTICE_KEY=example

now_ms() { date +%s%3N; }
state() { curl -sf http://127.0.0.1:18473/_sandbox/practices; }
# The numbers of one field, one practice a line.
field() { grep -o "\"$1\":[0-9]*" | cut -d: -f2; }
published() { state | field days | awk -v days=$days '$1 >= days' | wc -l; }
start_daemon() {
    "$binary" run >daemon.out 2>>daemon.log &
    daemon=$!
    started=$(now_ms)
    until curl -sf -o /dev/null http://127.0.0.1:18472/livez; do sleep 0.05; done
    echo "  start to serving:        $(($(now_ms) - started)) ms"
}
stop_daemon() {
    local asked
    asked=$(now_ms)
    kill -TERM "$daemon"
    local code=0
    wait "$daemon" || code=$?
    daemon=''
    echo "  SIGTERM to exit:         $(($(now_ms) - asked)) ms, code $code"
}
of_status() { awk -v key="$1:" '$1 == key { print $2 }' "/proc/$daemon/status"; }
cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hz) }' "/proc/$daemon/stat"; }

"$binary" sandbox --accept-any-practice --listen 127.0.0.1:18473 >sandbox.log 2>&1 &
sandbox=$!
until state >/dev/null; do sleep 0.05; done

echo "$practices practices on $diaries diaries"
start_daemon
until (($(published) == practices)); do
    kill -0 "$daemon" || { tail -5 daemon.log; exit 1; }
    sleep 1
    (($(now_ms) - started < 300000)) || { echo "  only $(published) are published after 300 s"; break; }
done
echo "  all published:           $(($(now_ms) - started)) ms, processor $(cpu_ms) ms"
echo "  memory then:             $(of_status VmRSS) KiB, peak $(of_status VmHWM) KiB"

cpu=$(cpu_ms) begun=$(now_ms)
state | field polls >polls.before
sleep "$seconds"
state >after.json
field polls <after.json | paste -d' ' polls.before - | awk '{ print $2 - $1 }' | sort -n >polls.made
gap=$(field widest_gap_ms <after.json | sort -n | tail -1)
peak=$(of_status VmHWM)
passed=$(($(now_ms) - begun))
echo "  polls in $((passed / 1000)) s a practice: fewest $(head -1 polls.made), most $(tail -1 polls.made)"
echo "  longest time between two polls, the start included: $gap ms; over 5.5 s: $(field widest_gap_ms <after.json | awk '$1 > 5500' | wc -l) practices"
echo "  processor:               $(((100 * ($(cpu_ms) - cpu)) / passed)) % of one core"
echo "  memory:                  $(of_status VmRSS) KiB, peak $peak KiB"
echo "  threads, open files:     $(of_status Threads), $(ls "/proc/$daemon/fd" | wc -l)"
echo "  rules broken:            $(field violations <after.json | awk '{ sum += $1 } END { print sum }')"
stop_daemon
start_daemon
sleep 10
stop_daemon
echo "  warnings and errors:     $(grep -cE ' (WARN|ERROR) ' daemon.log || true)"
grep -E ' (WARN|ERROR) ' daemon.log | cut -c29-140 | sort | uniq -c | sort -rn | head -5 || true
((peak <= most_memory_kib && gap <= longest_gap_ms))
