# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# To be sourced by guest scripts: two fax stations, and what people do there

PATH=/ifax/build:$PATH

a() { ifax --socket /run/ifax-a/control "$@"; }
b() { ifax --socket /run/ifax-b/control "$@"; }

declare -A daemon

start_station()	# a or b, [configuration]; returns when it stands
{
	[ -e /etc/ifax-maildrop ] || (umask 077 && echo 'open sesame' >/etc/ifax-maildrop)
	mkdir -p "/run/ifax-$1"
	ifaxd --foreground --config "${2:-/ifax/tests/demo/station-$1.conf}" 2>>"/out/station-$1.log" &
	daemon[$1]=$!
	wait_until 120 "$1" status
}

stop_station()	# a or b
{
	kill "${daemon[$1]}"
	wait "${daemon[$1]}"
}

wait_until()	# seconds, command that succeeds at last
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return
		sleep 0.1
	done
}

# The newest job of a station, and how it stands
newest()	# a or b
{
	"$1" jobs --json | sed -n '0,/"id"/s/ *"id": \([0-9]*\),/\1/p'
}

job_is()	# a or b, job, state
{
	"$1" jobs --json "$2" | grep -q "^  \"state\": \"$3\""
}

job_says()	# a or b, job, pattern
{
	"$1" jobs "$2" | grep -Eq "$3"
}

# A station has so many jobs in a state
count_jobs()	# a or b, state
{
	"$1" jobs --json | grep -c "^    \"state\": \"$2\""
}

has_jobs()	# a or b, state, how many
{
	[ "$(count_jobs "$1" "$2")" = "$3" ]
}

# One result of TAP: n counts
n=0
check()	# what, command
{
	local what=$1

	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		a jobs 2>&1 | sed 's/^/# A: /'
		b jobs 2>&1 | sed 's/^/# B: /'
	fi
}
