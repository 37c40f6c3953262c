// SPDX-License-Identifier: GPL-2.0
/*
 * What a scanner and a print engine have in common: a thread that moves lines,
 * its clock, and the interrupts.
 */
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

static bool scan_pause = true;
module_param(scan_pause, bool, 0644);
MODULE_PARM_DESC(scan_pause, "scanners can pause their motor (default y)");

/**
 * sim_engine_raise() - something happened that the driver may want to know
 * @engine: engine, locked
 * @interrupts: IFAX_INT_*; 0: INT_STATUS or INT_ENABLE was written
 */
void sim_engine_raise(struct sim_engine *engine, u32 interrupts)
{
	bool high;

	lockdep_assert_held(&engine->lock);
	engine->int_status |= interrupts;
	high = engine->int_status & engine->int_enable && !engine->faults.interrupt_lost;
	if (high && !engine->interrupt)
		engine->stats.interrupts++;
	engine->interrupt = high;
	sim_irq_level(engine->soc, engine->number, high);
}

/**
 * sim_engine_start() - START
 * @engine: engine, locked
 */
void sim_engine_start(struct sim_engine *engine)
{
	lockdep_assert_held(&engine->lock);
	if (engine->busy)
		return;
	engine->stats.starts++;
	engine->faults.silence_ms = 0;
	engine->faults.lines_ahead = 0;
	engine->lines = 0;
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
	engine->stats.lines += engine->lines;
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
	    !engine->length || engine->length > SIM_LENGTH_LINES_MAX || !engine->band)
		interrupts |= IFAX_INT_FAULT;
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
	if (ms == U32_MAX) {
		wait_event_interruptible(engine->wait, sim_engine_stopped(engine));
		return;
	}
	if (wait_event_interruptible_timeout(engine->wait, sim_engine_stopped(engine),
					     msecs_to_jiffies(ms)))
		return;
	spin_lock_irq(&engine->lock);
	sim_engine_raise(engine, IFAX_INT_FAULT);
	spin_unlock_irq(&engine->lock);
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
		engine->lines++;
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
	engine->paper = engine->is_printer ? sim_tray_create(engine) : sim_feeder_create(engine);
	if (IS_ERR(engine->paper))
		return PTR_ERR(engine->paper);
	kind = engine->is_printer ? "print" : "scan";
	engine->thread = kthread_run(sim_engine_thread, engine, "ifax-%s%u", kind, number / 2);
	if (IS_ERR(engine->thread)) {
		ret = PTR_ERR(engine->thread);
		sim_paper_remove(engine->paper);
		return ret;
	}
	return devm_add_action_or_reset(soc->dev, sim_engine_remove, engine);
}
