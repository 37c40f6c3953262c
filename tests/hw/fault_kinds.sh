# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# To be sourced by guest scripts: every fault of the simulator, on both engines,
# and how the page has to end. After each the next page goes through unharmed.

in_time_s=60
sheets=/ifax/build/tests/hw/sheets
sheet_lines=${sheet_lines:-1000}

ends()	# fault: enum ifax_page_status
{
	case $1 in
	jam | double-feed | tray-out | turn-jam | feed-jam | exit-jam) echo 2 ;;
	cover) echo 3 ;;
	no-paper) echo 4 ;;
	lost-interrupt | spurious-interrupt | stuck-busy | stuck-status | late-period) echo 0 ;;
	*) echo 11 ;;
	esac
}

# Lines that a person finds on paper or in memory belong to the page, from its top
same_top()	# sheet, what came out of it
{
	tail -c +"$(($(head -n 2 "$1" | wc -c) + 1))" "$1" >top1
	tail -c +"$(($(head -n 2 "$2" | wc -c) + 1))" "$2" >top2
	cmp -n "$(wc -c <top2)" top1 top2
}

scanner_fault()	# fault, its place
{
	local begin=$SECONDS status

	cat in in >/dev/ifax/feeder0
	fault scan0 "$1" $2
	status=$(scan out 1728 | cut -d: -f1)
	is "scanner: $1 $2: status" "$(ends "$1")" "$status"
	is "scanner: $1 $2: in time" yes "$([ $((SECONDS - begin)) -le $in_time_s ] && echo yes)"
	[ "$status" != 0 ] || is "scanner: $1 $2: same pixels" "" "$(cmp in out 2>&1)"
	[ "$status" = 0 ] || [ "$1" = wrong-lines ] ||
		is "scanner: $1 $2: top of the page" "" "$(same_top in out 2>&1)"
	recover scan0
	feeder_empty
	cat in >/dev/ifax/feeder0
	is "scanner: $1 $2: next page" "0: $sheet_lines lines" "$(scan out 1728)"
	is "scanner: $1 $2: next page, same pixels" "" "$(cmp in out 2>&1)"
}

printer_fault()	# fault, its place
{
	local begin=$SECONDS status

	fault print0 "$1" $2
	status=$(print in | cut -d: -f1)
	is "printer: $1 $2: status" "$(ends "$1")" "$status"
	is "printer: $1 $2: in time" yes "$([ $((SECONDS - begin)) -le $in_time_s ] && echo yes)"
	take_out >out
	[ "$status" != 0 ] || is "printer: $1 $2: same pixels" "" "$(cmp in out 2>&1)"
	case $1 in
	jam | cover | no-paper | double-feed | lamp | stall | dma-stall)
		is "printer: $1 $2: no whole page" 0 "$(grep -ac "^1728 $sheet_lines\$" out)" ;;
	esac
	recover print0
	is "printer: $1 $2: next page" "0: $sheet_lines lines" "$(print in)"
	take_out >out
	is "printer: $1 $2: next page, same pixels" "" "$(cmp in out 2>&1)"
}

recover()	# engine
{
	fault "$1" none
	clear_paper_path
}

all_faults='jam cover no-paper double-feed lamp lost-interrupt spurious-interrupt stuck-busy
	stuck-status dma-error dma-stall late-period wrong-lines bus-error'
# These are told by the watchdog alone, after eight seconds
silent_faults='stall unplug cold'

# The back of a sheet gets stuck, again and again: the front is well, and so is the next sheet
turn_campaign()	# how often
{
	local round

	sheet 1728 $sheet_lines >in
	for round in $(seq "$1"); do
		cat in in in in >/dev/ifax/feeder0
		fault scan0 turn-jam
		$page sides scan0 1728 204 196 >out 2>ended
		is "scanner: turn-jam $round: how it ended" "0: $sheet_lines lines, more
$(ends turn-jam): 0 lines, more, back
error: EIO" "$(cat ended)"
		clear_paper_path
		is "scanner: turn-jam $round: next sheet" "0: $sheet_lines lines, more
0: $sheet_lines lines, back" "$($page sides scan0 1728 204 196 2>&1 >out)"
		is "scanner: turn-jam $round: next sheet, same pixels" "" \
			"$(cmp <(cat in in) out 2>&1)"
	done
	is "turn-jam: scanner had it" "$1" "$(seen scan0 turn-jam)"
}

# A paper tray that somebody pulls out under the sheet, and pushes back
tray_campaign()	# how often
{
	local round

	for round in $(seq "$1"); do
		fault print0 tray-out
		is "printer: tray-out $round: status" "$(ends tray-out): 0 lines" "$(print in)"
		is "printer: tray-out $round: still out" "$(ends tray-out): 0 lines" "$(print in)"
		clear_paper_path
		is "printer: tray-out $round: no paper" "4: 0 lines" "$(print in)"
		is "printer: tray-out $round: nothing came" 0 "$(cat $tray/sheets)"
		echo 0 in >/sys/kernel/debug/ifax-sim/print0/trays
		is "printer: tray-out $round: next page" "0: $sheet_lines lines" "$(print in)"
		take_out >out
		is "printer: tray-out $round: next page, same pixels" "" "$(cmp in out 2>&1)"
	done
	is "tray-out: printer had it" "$1" "$(seen print0 tray-out)"
}

# Sheets that get stuck before their first line and behind their last one
ways_campaign()	# how often
{
	local round kind

	sheet 1728 $sheet_lines >in
	for round in $(seq "$1"); do
		cat in in >/dev/ifax/feeder0
		fault scan0 feed-jam
		is "scanner: feed-jam $round: status" "$(ends feed-jam): 0 lines, more" \
			"$(scan out 1728)"
		clear_paper_path
		is "scanner: feed-jam $round: next page" "0: $sheet_lines lines" "$(scan out 1728)"
		is "scanner: feed-jam $round: next page, same pixels" "" "$(cmp in out 2>&1)"
		for kind in feed-jam exit-jam; do
			fault print0 $kind
			is "printer: $kind $round: status" "$(ends $kind)" "$(print in | cut -d: -f1)"
			clear_paper_path
			is "printer: $kind $round: nothing came" 0 "$(cat $tray/sheets)"
			is "printer: $kind $round: next page" "0: $sheet_lines lines" "$(print in)"
			take_out >out
			is "printer: $kind $round: next page, same pixels" "" "$(cmp in out 2>&1)"
		done
	done
	is "feed-jam: scanner had it" "$1" "$(seen scan0 feed-jam)"
	is "exit-jam: printer had it" "$1" "$(seen print0 exit-jam)"
}

fault_campaign()	# faults, their places
{
	local kind place

	sheet 1728 $sheet_lines >in
	for kind in $1; do
		for place in $2; do
			scanner_fault $kind "line=$place"
			printer_fault $kind "line=$place"
		done
		is "$kind: scanner had it" yes "$([ "$(seen scan0 $kind)" -gt 0 ] && echo yes)"
		is "$kind: printer had it" yes "$([ "$(seen print0 $kind)" -gt 0 ] && echo yes)"
	done
}

# A fault on the front (page 1) or the back (page 2) of a sheet that is printed on both
# sides: both are on paper, or both are told not to be, and the next sheet is well
sides()	# what its two pages look like: "STATUS STATUS"
{
	cat in in | $sheets print print0 204 196 sides=1 2>&1 | cut -d: -f1 | xargs
}

both_sides()	# which fault and its place: how it has to end on a page
{
	local status

	case $(ends "$1")/$2 in
	0/*) status="0 0" ;;
	*/page=1) status="$(ends "$1") 9" ;;
	*) status="$(ends "$1") $(ends "$1")" ;;
	esac
	fault print0 "$@"
	is "both sides: $*: status" "$status" "$(sides)"
	sed -b '/^# ifax page/d' /dev/ifax/tray0 >out
	[ "$status" != "0 0" ] || is "both sides: $*: same pixels" "" "$(cmp <(cat in in) out 2>&1)"
	is "both sides: $*: it was there" yes "$([ "$(seen print0 "$1")" -gt 0 ] && echo yes)"
	recover print0
	is "both sides: $*: next sheet" "0 0" "$(sides)"
	is "both sides: $*: next sheet: one" "front back" \
		"$(sed -nb 's/^# ifax page .* sheet [0-9]* //p' /dev/ifax/tray0 | xargs)"
}

sides_campaign()	# faults, lines
{
	local kind line

	sheet 1728 $sheet_lines >in
	for kind in $1; do
		for line in $2; do
			both_sides $kind page=1 line=$line
			both_sides $kind page=2 line=$line
		done
	done
	both_sides turn-jam page=2
	both_sides feed-jam page=1
	both_sides exit-jam page=1
	both_sides exit-jam page=2
}
