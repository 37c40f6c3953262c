/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults of the hardware: what goes wrong, in which page and at which line.
 * All of it is deterministic; what is random comes from a seed.
 */
#ifndef _IFAX_SIM_FAULT_H
#define _IFAX_SIM_FAULT_H

#include <linux/prandom.h>
#include <linux/types.h>

struct dentry;
struct sim_engine;
struct sim_soc;

/* Those that come by chance are the ones before SIM_FAULT_UNPLUG */
enum sim_fault_kind {
	SIM_FAULT_JAM,
	SIM_FAULT_COVER,
	SIM_FAULT_NO_PAPER,
	SIM_FAULT_DOUBLE_FEED,
	SIM_FAULT_LAMP,
	SIM_FAULT_STALL,
	SIM_FAULT_LOST_INTERRUPT,
	SIM_FAULT_SPURIOUS_INTERRUPT,
	SIM_FAULT_STUCK_BUSY,
	SIM_FAULT_STUCK_STATUS,
	SIM_FAULT_DMA_ERROR,
	SIM_FAULT_DMA_STALL,
	SIM_FAULT_LATE_PERIOD,
	SIM_FAULT_WRONG_LINES,
	SIM_FAULT_BUS_ERROR,
	SIM_FAULT_UNPLUG,
	SIM_FAULT_COLD,
	SIM_FAULT_TRAY_OUT,
	SIM_FAULT_TURN_JAM,
	SIM_FAULT_FEED_JAM,
	SIM_FAULT_EXIT_JAM,
	SIM_FAULT_DARK,
	SIM_FAULT_KINDS
};

#define SIM_FAULTS_ARMED	8

/**
 * struct sim_fault - a fault that is going to happen
 * @kind: what
 * @line: after so many lines
 * @page: of this page, counted as &sim_faults.page
 * @ms: LATE_PERIOD: by how much
 * @reference: not of a page, but while the references of a scanner pass
 */
struct sim_fault {
	enum sim_fault_kind kind;
	u32 line;
	u32 page;
	u32 ms;
	bool reference;
};

/**
 * struct sim_faults - faults of an engine; protected by its lock
 * @armed: what is going to happen
 * @count: number of @armed
 * @page: pages begun so far
 * @every: one page out of so many has a fault by chance; 0: none has
 * @random: where chance comes from
 * @happened: how often each kind happened
 * @silence_ms: no line moves for so long, then FAULT; U32_MAX: until STOP
 * @double_fed: another sheet was drawn in
 * @interrupt_lost: the interrupt line is dead until the driver looks
 * @busy_stuck: BUSY stays until RESET
 * @status_stuck: a bit of STATUS that is none, until RESET
 * @dark: the sensor sees no light, until the page ends
 * @lines_ahead: what LINES says too much
 * @bus_errors: so many accesses to registers will fail
 * @unplugged: there is no engine
 */
struct sim_faults {
	struct sim_fault armed[SIM_FAULTS_ARMED];
	u32 count;
	u32 page;
	u32 every;
	struct rnd_state random;
	u32 happened[SIM_FAULT_KINDS];
	u32 silence_ms;
	bool double_fed;
	bool interrupt_lost;
	bool busy_stuck;
	bool status_stuck;
	bool dark;
	u32 lines_ahead;
	u32 bus_errors;
	bool unplugged;
};

void sim_fault_begin(struct sim_engine *engine, u32 lines);
bool sim_fault_feed(struct sim_engine *engine, enum sim_fault_kind kind);
bool sim_fault_exit(struct sim_engine *engine);
bool sim_fault_line(struct sim_engine *engine);
void sim_fault_reset(struct sim_engine *engine);
int sim_fault_init(struct sim_soc *soc);
void sim_fault_debugfs(struct sim_engine *engine, struct dentry *dir);

#endif /* _IFAX_SIM_FAULT_H */
