// SPDX-License-Identifier: GPL-2.0
/*
 * What a scanner and a print engine have in common: a thread that moves lines,
 * its clock, and the interrupts.
 */
#include <linux/bitfield.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/moduleparam.h>
#include "paper.h"
#include "soc.h"

#define LINE_RATE_MAX	1000000
#define TICK_NS		NSEC_PER_MSEC
/* A machine that is held up for longer than this gets its lines later, not all at once */
#define SLIP_NS		(50 * NSEC_PER_MSEC)

static uint line_rate;
module_param(line_rate, uint, 0644);
MODULE_PARM_DESC(line_rate, "lines per second; 0: as fast as it goes, waiting for the driver");

static bool duplex;
module_param(duplex, bool, 0444);
MODULE_PARM_DESC(duplex, "print engines have a duplex unit (default n)");

static bool scan_pause = true;
module_param(scan_pause, bool, 0644);
MODULE_PARM_DESC(scan_pause, "scanners can pause their motor (default y)");

/**
 * sim_engine_phase_register() - the register PHASE
 * @engine: engine, locked
 *
 * Return: IFAX_PHASE_*, 0 if it has none.
 */
u32 sim_engine_phase_register(const struct sim_engine *engine)
{
	bool error = engine->jam || engine->cover_open || engine->heat_failed;

	if (!(sim_engine_features(engine) & IFAX_FEATURE_PHASE))
		return 0;
	return FIELD_PREP(IFAX_PHASE_NOW, error ? IFAX_NOW_ERROR : engine->phase) |
	       (engine->held ? IFAX_PHASE_HELD : 0);
}

/**
 * sim_engine_raise() - something happened that the driver may want to know
 * @engine: engine, locked
 * @interrupts: IFAX_INT_*; 0: INT_STATUS or INT_ENABLE was written, or the phase is another
 */
void sim_engine_raise(struct sim_engine *engine, u32 interrupts)
{
	bool high;

	lockdep_assert_held(&engine->lock);
	/* A sheet in the duplex unit is taken out with what is stuck */
	if (engine->jam || engine->cover_open)
		engine->held = false;
	if (engine->phase_told != sim_engine_phase_register(engine)) {
		engine->phase_told = sim_engine_phase_register(engine);
		interrupts |= IFAX_INT_PHASE;
	}
	engine->int_status |= interrupts;
	high = engine->int_status & engine->int_enable && !engine->faults.interrupt_lost;
	if (high && !engine->interrupt)
		engine->stats.interrupts++;
	engine->interrupt = high;
	sim_irq_level(engine->soc, engine->number, high);
}

/**
 * sim_engine_phase() - the engine does something else now
 * @engine: engine
 * @now: IFAX_NOW_*
 *
 * Context: the engine's thread.
 */
void sim_engine_phase(struct sim_engine *engine, u32 now)
{
	spin_lock_irq(&engine->lock);
	engine->phase = now;
	sim_engine_raise(engine, 0);
	spin_unlock_irq(&engine->lock);
}

/**
 * sim_engine_jam() - paper gets stuck
 * @engine: engine
 *
 * Context: the engine's thread.
 * Return: IFAX_INT_JAM, to end the page with.
 */
u32 sim_engine_jam(struct sim_engine *engine)
{
	spin_lock_irq(&engine->lock);
	engine->jam = true;
	sim_engine_raise(engine, 0);
	spin_unlock_irq(&engine->lock);
	return IFAX_INT_JAM;
}

/**
 * sim_engine_start() - START or EJECT
 * @engine: engine, locked
 * @eject: which of it
 */
void sim_engine_start(struct sim_engine *engine, bool eject)
{
	lockdep_assert_held(&engine->lock);
	if (engine->busy || (eject && !engine->held))
		return;
	if (eject)
		engine->stats.ejects++;
	else
		engine->stats.starts++;
	engine->eject = eject;
	engine->heat_failed = false;
	engine->faults.silence_ms = 0;
	engine->faults.lines_ahead = 0;
	engine->faults.dark = false;
	engine->lines = 0;
	engine->least_ahead = U32_MAX;
	engine->stop = false;
	engine->busy = true;
	wake_up(&engine->wait);
}

/**
 * sim_engine_stop() - end the page under way, if there is one
 * @engine: engine, locked
 * @interrupts: IFAX_INT_* that tell why; 0: STOP
 */
void sim_engine_stop(struct sim_engine *engine, u32 interrupts)
{
	lockdep_assert_held(&engine->lock);
	if (!engine->busy)
		return;
	engine->stop = true;
	sim_engine_raise(engine, interrupts);
	wake_up(&engine->wait);
}

/**
 * sim_engine_end() - the page has ended
 * @engine: engine
 * @interrupts: IFAX_INT_* that tell why
 */
void sim_engine_end(struct sim_engine *engine, u32 interrupts)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	engine->busy = false;
	engine->phase = IFAX_NOW_READY;
	engine->stats.lines += engine->lines;
	if (engine->lines && engine->least_ahead != U32_MAX)
		engine->stats.least_ahead[min_t(u32, engine->least_ahead / engine->band,
						SIM_AHEAD_BANDS - 1)]++;
	sim_engine_raise(engine, interrupts);
	spin_unlock_irqrestore(&engine->lock, flags);
	wake_up(&engine->paper->wait);
}

/**
 * sim_engine_refusal() - can the page that START was written for begin at all?
 * @engine: engine
 *
 * Return: IFAX_INT_* that tell why not, or 0.
 */
u32 sim_engine_refusal(struct sim_engine *engine)
{
	u32 interrupts = 0;
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	if (engine->width_px < SIM_WIDTH_PX_MIN || engine->width_px > SIM_WIDTH_PX_MAX ||
	    !engine->length || engine->length > SIM_LENGTH_LINES_MAX || !engine->band ||
	    engine->width_px + FIELD_GET(IFAX_MARGIN_X, engine->margin) > SIM_WIDTH_PX_MAX ||
	    engine->length + FIELD_GET(IFAX_MARGIN_Y, engine->margin) > SIM_LENGTH_LINES_MAX ||
	    (engine->is_printer && engine->tray >= engine->paper->cassette_count))
		interrupts |= IFAX_INT_FAULT;
	if (sim_engine_features(engine) & IFAX_FEATURE_LAMP && !engine->lamp_on) {
		engine->heat_failed = true;
		interrupts |= IFAX_INT_LAMP;
	}
	if (engine->jam)
		interrupts |= IFAX_INT_JAM;
	if (engine->cover_open)
		interrupts |= IFAX_INT_COVER;
	spin_unlock_irqrestore(&engine->lock, flags);
	engine->next_ns = 0;
	return interrupts;
}

static bool sim_engine_stopped(struct sim_engine *engine)
{
	return READ_ONCE(engine->stop) || kthread_should_stop();
}

static u32 sim_engine_clock(struct sim_engine *engine, u32 rate)
{
	u64 period_ns = NSEC_PER_SEC / min_t(u32, rate, LINE_RATE_MAX);
	u64 now_ns = ktime_get_ns();
	u64 lines;

	if (now_ns > engine->next_ns + SLIP_NS)
		engine->next_ns = engine->next_ns ? now_ns - SLIP_NS : now_ns;
	while (now_ns < engine->next_ns) {
		wait_event_interruptible_hrtimeout(engine->wait, sim_engine_stopped(engine),
						   max(engine->next_ns - now_ns, TICK_NS));
		if (sim_engine_stopped(engine))
			return 0;
		now_ns = ktime_get_ns();
	}
	lines = div64_u64(now_ns - engine->next_ns, period_ns) + 1;
	engine->next_ns += lines * period_ns;
	return lines;
}

/**
 * sim_engine_can_pause() - does the engine wait for LIMIT?
 * @engine: engine
 *
 * Without a clock every engine does, with one only a scanner may.
 *
 * Return: true if it does.
 */
bool sim_engine_can_pause(const struct sim_engine *engine)
{
	return !READ_ONCE(line_rate) || (!engine->is_printer && READ_ONCE(scan_pause));
}

/**
 * sim_engine_features() - the register FEATURES
 * @engine: engine
 *
 * Return: IFAX_FEATURE_*.
 */
u32 sim_engine_features(const struct sim_engine *engine)
{
	u32 features = sim_engine_can_pause(engine) ? IFAX_FEATURE_PAUSE : 0;

	if (!engine->is_printer)
		features |= IFAX_FEATURE_GREY | IFAX_FEATURE_BACK;
	if (sim_version() == 1)
		return features;
	features |= IFAX_FEATURE_PHASE;
	if (!engine->is_printer)
		return features | IFAX_FEATURE_LAMP;
	return features | IFAX_FEATURE_MARGIN | (duplex ? IFAX_FEATURE_BACK : 0) |
	       (engine->paper->cassettes_told ? IFAX_FEATURE_TRAYS : 0);
}

/**
 * sim_engine_line_rate() - the register LINE_RATE
 *
 * Return: lines a second, 0 for an engine that waits.
 */
u32 sim_engine_line_rate(void)
{
	return min_t(u32, READ_ONCE(line_rate), LINE_RATE_MAX);
}

/**
 * sim_engine_pause() - let time pass
 * @engine: engine
 * @timeout: so many jiffies
 *
 * Context: the engine's thread.
 * Return: true if it passed; false if the page was stopped before.
 */
bool sim_engine_pause(struct sim_engine *engine, long timeout)
{
	return !wait_event_interruptible_timeout(engine->wait, sim_engine_stopped(engine),
						 timeout);
}

/**
 * sim_engine_lines_due() - wait for the line clock, and for LIMIT
 * @engine: engine
 *
 * Return: lines to be moved now, 0 when the page has to end.
 */
u32 sim_engine_lines_due(struct sim_engine *engine)
{
	u32 rate = READ_ONCE(line_rate);
	u32 room = U32_MAX;

	cond_resched();
	if (sim_engine_can_pause(engine)) {
		wait_event_interruptible(engine->wait, sim_engine_stopped(engine) ||
					 READ_ONCE(engine->limit) > engine->lines);
		room = READ_ONCE(engine->limit) - engine->lines;
	}
	if (sim_engine_stopped(engine))
		return 0;
	if (rate)
		return min(sim_engine_clock(engine, rate), room);
	engine->next_ns = 0;
	return room;
}

/* Nothing comes from the engine, until somebody stops it or it notices itself */
static void sim_engine_silence(struct sim_engine *engine, u32 ms)
{
	if (!sim_engine_pause(engine, ms == U32_MAX ? MAX_SCHEDULE_TIMEOUT : msecs_to_jiffies(ms)))
		return;
	spin_lock_irq(&engine->lock);
	sim_engine_raise(engine, IFAX_INT_FAULT);
	spin_unlock_irq(&engine->lock);
}

/* Once the driver has nothing more to give it cannot be late */
static void sim_engine_count_line(struct sim_engine *engine)
{
	engine->lines++;
	if (!engine->is_printer || engine->limit < engine->length)
		engine->least_ahead = min(engine->least_ahead, engine->limit - engine->lines);
}

/**
 * sim_engine_line() - move the paper by a line
 * @engine: engine
 *
 * Return: true if it moved; false if the page ends here, interrupts are raised.
 */
bool sim_engine_line(struct sim_engine *engine)
{
	bool moved = false;
	unsigned long flags;
	u32 silence_ms;

	spin_lock_irqsave(&engine->lock, flags);
	if (engine->stop) {
		/* Who stopped it has said why */
	} else if (sim_fault_line(engine)) {
		/* So did it */
	} else if (engine->lines >= engine->limit) {
		sim_engine_raise(engine, engine->is_printer ? IFAX_INT_UNDERRUN :
							      IFAX_INT_OVERRUN);
	} else {
		sim_engine_count_line(engine);
		moved = true;
	}
	silence_ms = engine->faults.silence_ms;
	spin_unlock_irqrestore(&engine->lock, flags);
	if (silence_ms)
		sim_engine_silence(engine, silence_ms);
	return moved;
}

static int sim_engine_thread(void *arg)
{
	struct sim_engine *engine = arg;

	while (!kthread_should_stop()) {
		wait_event_interruptible(engine->wait,
					 READ_ONCE(engine->busy) || kthread_should_stop());
		if (!READ_ONCE(engine->busy))
			continue;
		if (engine->is_printer)
			sim_print_page(engine);
		else
			sim_scan_page(engine);
	}
	return 0;
}

static void sim_engine_remove(void *data)
{
	struct sim_engine *engine = data;

	kthread_stop(engine->thread);
	sim_sheet_free(engine->front);
	sim_paper_remove(engine->paper);
}

/**
 * sim_engine_init() - make an engine, with its feeder or tray
 * @soc: block
 * @number: number of the engine
 *
 * Return: 0 or an error.
 */
int sim_engine_init(struct sim_soc *soc, u32 number)
{
	struct sim_engine *engine = &soc->engines[number];
	const char *kind;
	int ret;

	engine->soc = soc;
	engine->number = number;
	engine->is_printer = number % 2;
	engine->chan = &soc->dma.chans[number];
	init_waitqueue_head(&engine->wait);
	spin_lock_init(&engine->lock);
	engine->phase = IFAX_NOW_READY;
	engine->paper = engine->is_printer ? sim_tray_create(engine) : sim_feeder_create(engine);
	if (IS_ERR(engine->paper))
		return PTR_ERR(engine->paper);
	engine->phase_told = sim_engine_phase_register(engine);
	kind = engine->is_printer ? "print" : "scan";
	engine->thread = kthread_run(sim_engine_thread, engine, "ifax-%s%u", kind, number / 2);
	if (IS_ERR(engine->thread)) {
		ret = PTR_ERR(engine->thread);
		sim_paper_remove(engine->paper);
		return ret;
	}
	return devm_add_action_or_reset(soc->dev, sim_engine_remove, engine);
}
