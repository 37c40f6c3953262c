/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A simulated SoC block: the registers, the interrupt lines and the DMA
 * channels of some fax stations. Station n has scanner and printer; engine
 * number 2n is its scanner, 2n + 1 its printer. This number is also the
 * number of the register bank, of the interrupt line and of the DMA channel.
 */
#ifndef _IFAX_SIM_SOC_H
#define _IFAX_SIM_SOC_H

#include <linux/dmaengine.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/wait.h>
#include <linux/ifax/regs.h>
#include "fault.h"

#define SIM_STATIONS_MAX	8
#define SIM_ENGINES_MAX		(2 * SIM_STATIONS_MAX)

#define SIM_WIDTH_PX_MIN	8
#define SIM_WIDTH_PX_MAX	7296	/* A3 at 600 dpi */
#define SIM_LENGTH_LINES_MAX	16384

/* A ring of more bands is counted as one of so many */
#define SIM_AHEAD_BANDS		16

struct sim_paper;
struct sim_sheet;
struct sim_soc;
struct sim_transfer;

/* ---- interrupt controller (irq.c) ---- */

/**
 * struct sim_irq - interrupt controller: level-sensitive lines
 * @lock: protects @levels and @masked
 * @levels: lines that are high
 * @masked: lines that are masked
 * @spurious: lines that are handed to the kernel once, whatever their level
 * @work: gives pending lines to the kernel, in hard interrupt context
 * @domain: their numbers in the kernel
 */
struct sim_irq {
	raw_spinlock_t lock;
	unsigned long levels;
	unsigned long masked;
	unsigned long spurious;
	struct irq_work work;
	struct irq_domain *domain;
};

int sim_irq_init(struct sim_soc *soc);
void sim_irq_level(struct sim_soc *soc, u32 line, bool high);
void sim_irq_spurious(struct sim_soc *soc, u32 line);

/* ---- DMA controller (dma.c) ---- */

/**
 * struct sim_chan - one DMA channel, wired to the engine of the same number
 * @chan: channel of the dmaengine framework
 * @lock: protects what follows
 * @submitted: transfer that waits for issue_pending
 * @active: transfer that goes round and round
 * @tasklet: calls the client back
 * @failed: the transfer ended with an error
 * @late: the client does not hear of periods until @timer runs
 * @timer: ends @late
 */
struct sim_chan {
	struct dma_chan chan;
	spinlock_t lock;	/* the transfers */
	struct sim_transfer *submitted;
	struct sim_transfer *active;
	struct tasklet_struct tasklet;
	bool failed;
	bool late;
	struct timer_list timer;
};

/**
 * struct sim_dma - DMA controller
 * @device: provider
 * @map: which device owns which channel, on machines without device tree
 * @chans: channels
 */
struct sim_dma {
	struct dma_device device;
	struct dma_slave_map map[SIM_ENGINES_MAX];
	struct sim_chan chans[SIM_ENGINES_MAX];
};

int sim_dma_init(struct sim_soc *soc);
int sim_dma_push(struct sim_chan *chan, const void *data, size_t bytes);
int sim_dma_pull(struct sim_chan *chan, void *data, size_t bytes);
void sim_dma_fail(struct sim_chan *chan);
void sim_dma_delay(struct sim_chan *chan, u32 ms);

/* ---- engines (engine.c, scan_engine.c, print_engine.c, heat.c) ---- */

/**
 * struct sim_stats - what an engine saw
 * @starts: START written
 * @stops: STOP written
 * @resets: RESET written
 * @ejects: EJECT written
 * @backs: pages of them that were the back of a sheet
 * @pages: pages that came to their end
 * @lines: lines of all pages
 * @least_ahead: pages by the least number of bands that LIMIT was ahead of LINES
 * @interrupts: how often the interrupt line went high
 * @reads: reads of registers
 * @writes: writes to registers
 */
struct sim_stats {
	u32 starts;
	u32 stops;
	u32 resets;
	u32 ejects;
	u32 pages;
	u32 backs;
	u64 lines;
	u32 least_ahead[SIM_AHEAD_BANDS];
	u32 interrupts;
	u64 reads;
	u64 writes;
};

/**
 * struct sim_engine - a scanner or a print engine
 * @soc: block that it is part of
 * @number: number of bank, interrupt line and DMA channel
 * @is_printer: what it is
 * @chan: its DMA channel
 * @paper: its feeder or tray
 * @thread: moves the lines
 * @wait: wakes @thread
 * @row: the line under the sensor or the laser; used by @thread only
 * @front_lines: lines of the sheet drawn in last; used by @thread only
 * @front: printed front of the sheet in the duplex unit; used by @thread only
 * @on_sheet: lines that are on this side of it; used by @thread only
 * @sheet_tray: paper tray of the sheet drawn in last; used by @thread only
 * @sheet_size: its size, as the register TRAY_SIZE; used by @thread only
 * @turned: sheets that were to be printed on both sides; used by @thread only
 * @cold_at_ns: the heater is warm until then; used by @thread only
 * @next_ns: line clock: when the next line is due; used by @thread only
 * @lock: protects what follows; taken inside of regmap's lock
 * @busy: a page is under way
 * @stop: it has to end
 * @eject: it is EJECT
 * @held: a sheet stands in the duplex unit
 * @phase: IFAX_NOW_*
 * @phase_told: the register PHASE when the driver was told last
 * @lamp_on: lamp
 * @heat_failed: lamp or heater
 * @warm_at_ns: they are warm from then on
 * @cover_open: sensor
 * @jam: sensor
 * @toner_low: sensor
 * @one_touch: KEY register
 * @faults: what goes wrong
 * @stats: what it saw
 * @interrupt: level of the interrupt line
 * @int_status: INT_STATUS register
 * @int_enable: INT_ENABLE register
 * @width_px: WIDTH register
 * @resolution: RESOLUTION register
 * @length: LENGTH register
 * @band: BAND register
 * @mode: MODE register
 * @margin: MARGIN register
 * @tray: TRAY register
 * @limit: LIMIT register
 * @lines: LINES register
 * @least_ahead: least number of lines that LIMIT was ahead of it in this page
 */
struct sim_engine {
	struct sim_soc *soc;
	u32 number;
	bool is_printer;
	struct sim_chan *chan;
	struct sim_paper *paper;
	struct task_struct *thread;
	wait_queue_head_t wait;
	u8 row[IFAX_GREY_LINE_BYTES(SIM_WIDTH_PX_MAX)];
	u32 front_lines;
	struct sim_sheet *front;
	u32 on_sheet;
	u32 sheet_tray;
	u32 sheet_size;
	u32 turned;
	u64 cold_at_ns;
	u64 next_ns;
	spinlock_t lock;	/* registers and sensors */
	bool busy;
	bool stop;
	bool eject;
	bool held;
	u32 phase;
	u32 phase_told;
	bool lamp_on;
	bool heat_failed;
	u64 warm_at_ns;
	bool cover_open;
	bool jam;
	bool toner_low;
	u32 one_touch;
	struct sim_faults faults;
	struct sim_stats stats;
	bool interrupt;
	u32 int_status;
	u32 int_enable;
	u32 width_px;
	u32 resolution;
	u32 length;
	u32 band;
	u32 mode;
	u32 margin;
	u32 tray;
	u32 limit;
	u32 lines;
	u32 least_ahead;
};

int sim_engine_init(struct sim_soc *soc, u32 number);
void sim_engine_start(struct sim_engine *engine, bool eject);
void sim_engine_stop(struct sim_engine *engine, u32 interrupts);
void sim_engine_raise(struct sim_engine *engine, u32 interrupts);
void sim_engine_end(struct sim_engine *engine, u32 interrupts);
u32 sim_engine_jam(struct sim_engine *engine);
u32 sim_engine_phase_register(const struct sim_engine *engine);
void sim_engine_phase(struct sim_engine *engine, u32 now);
bool sim_engine_pause(struct sim_engine *engine, long timeout);
u32 sim_engine_features(const struct sim_engine *engine);
u32 sim_engine_refusal(struct sim_engine *engine);
bool sim_engine_can_pause(const struct sim_engine *engine);
u32 sim_engine_line_rate(void);
u32 sim_engine_lines_due(struct sim_engine *engine);
bool sim_engine_line(struct sim_engine *engine);

u32 sim_heat_time_ms(void);
void sim_lamp_set(struct sim_engine *engine, u32 value);
u32 sim_lamp_get(struct sim_engine *engine);
bool sim_heat_wait(struct sim_engine *engine, bool for_ever);
void sim_heat_keep(struct sim_engine *engine);
bool sim_sheet_way(struct sim_engine *engine, u32 now);

void sim_scan_page(struct sim_engine *engine);
void sim_print_page(struct sim_engine *engine);

/* ---- registers (registers.c) ---- */

u32 sim_version(void);
int sim_registers_init(struct sim_soc *soc);

/**
 * struct sim_soc - the block
 * @dev: its device
 * @stations: number of stations
 * @irq: interrupt controller
 * @dma: DMA controller
 * @engines: engines, two a station
 */
struct sim_soc {
	struct device *dev;
	u32 stations;
	struct sim_irq irq;
	struct sim_dma dma;
	struct sim_engine engines[SIM_ENGINES_MAX];
};

static inline u32 sim_engine_count(struct sim_soc *soc)
{
	return 2 * soc->stations;
}

#endif /* _IFAX_SIM_SOC_H */
