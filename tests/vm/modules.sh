# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# To be sourced by guest scripts: the modules, from the codec up to the hardware

load_modules()	# parameters for ifax_sim
{
	local dir=/ifax/build/modules/kernel

	insmod $dir/codec/ifax_codec.ko &&
	insmod $dir/core/ifax.ko &&
	insmod $dir/scan/ifax_scan.ko &&
	insmod $dir/print/ifax_print.ko &&
	insmod $dir/sim/ifax_sim.ko "$@"
}

# The sim's DMA channels pin it while the drivers hold them, so they go first
unload_modules()
{
	local module

	for module in ifax_print ifax_scan ifax_sim ifax ifax_codec; do
		[ ! -e /sys/module/$module ] || rmmod $module || return
	done
}
