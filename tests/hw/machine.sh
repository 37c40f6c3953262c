# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# To be sourced by guest scripts: sheets of noise, pages through the drivers, and TAP
. /ifax/tests/vm/modules.sh

page=/ifax/build/tests/hw/page
feeder=/sys/class/misc/ifax-feeder0
tray=/sys/class/misc/ifax-tray0
line_rate=/sys/module/ifax_sim/parameters/line_rate
tests=0
cd /tmp || exit

is()	# what, wanted, found
{
	tests=$((tests + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tests - $1"
	else
		echo "not ok $tests - $1"
		printf '%s\n' "wanted: $2" "found: $3" | sed 's/^/# /'
	fi
}

succeeds()	# what, command
{
	local what=$1

	shift
	"$@"
	is "$what" 0 $?
}

sheet()	# width, lines: a sheet of noise whose last byte of a line is full
{
	printf 'P4\n%u %u\n' "$1" "$2"
	head -c $(($1 / 8 * $2)) /dev/urandom
}

scan()	# file, width, [most lines]: how it ended
{
	$page scan scan0 "$2" 204 196 ${3-} 2>&1 >"$1"
}

print()	# file: how it ended
{
	$page print print0 204 196 2>&1 <"$1"
}

# Without the comment, which has the number of the sheet
take_out()
{
	cat /dev/ifax/tray0 | sed -b '2{/^# ifax page/d}'
}

fault()	# engine, what goes wrong
{
	local engine=$1

	shift
	echo "$*" >/sys/kernel/debug/ifax-sim/$engine/fault
}

# How often a thing happened, as the hardware saw it
seen()	# engine, what
{
	sed -n "s/^$2 //p" /sys/kernel/debug/ifax-sim/$1/stats
}

# Time is no matter: a machine may be slow. false: it never came
await()	# command
{
	local try

	for try in $(seq 600); do
		! "$@" || return 0
		sleep 0.2
	done
	echo "# never: $*"
	return 1
}

# For await: has a page begun since?
started()	# engine, starts before
{
	[ "$(seen "$1" starts)" -gt "$2" ]
}

# A person takes out what is stuck and closes the cover
clear_paper_path()
{
	echo 0 >$feeder/jam
	echo 0 >$tray/jam
	echo 0 >$feeder/cover_open
	echo 0 >$tray/cover_open
}

feeder_empty()
{
	local line

	while [ "$(cat $feeder/sheets)" -gt 0 ]; do
		line=$(scan /dev/null 8) || { echo "# feeder: $line"; return; }
	done
}
