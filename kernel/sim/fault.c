// SPDX-License-Identifier: GPL-2.0
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "paper.h"
#include "soc.h"

#define LINE_RANDOM	U32_MAX
#define FAULT_TEXT_MAX	256
#define DMA_STALL_MS	1000
#define LATE_PERIOD_MS	300
#define BUS_ERRORS	3
/* More than what a driver may take for a band that is not through yet */
#define LINES_AHEAD	64

static const char * const sim_fault_names[] = {
	[SIM_FAULT_JAM] = "jam",
	[SIM_FAULT_COVER] = "cover",
	[SIM_FAULT_NO_PAPER] = "no-paper",
	[SIM_FAULT_DOUBLE_FEED] = "double-feed",
	[SIM_FAULT_LAMP] = "lamp",
	[SIM_FAULT_STALL] = "stall",
	[SIM_FAULT_LOST_INTERRUPT] = "lost-interrupt",
	[SIM_FAULT_SPURIOUS_INTERRUPT] = "spurious-interrupt",
	[SIM_FAULT_STUCK_BUSY] = "stuck-busy",
	[SIM_FAULT_STUCK_STATUS] = "stuck-status",
	[SIM_FAULT_DMA_ERROR] = "dma-error",
	[SIM_FAULT_DMA_STALL] = "dma-stall",
	[SIM_FAULT_LATE_PERIOD] = "late-period",
	[SIM_FAULT_WRONG_LINES] = "wrong-lines",
	[SIM_FAULT_BUS_ERROR] = "bus-error",
	[SIM_FAULT_UNPLUG] = "unplug",
	[SIM_FAULT_COLD] = "cold",
	[SIM_FAULT_TRAY_OUT] = "tray-out",
	[SIM_FAULT_TURN_JAM] = "turn-jam",
	[SIM_FAULT_FEED_JAM] = "feed-jam",
	[SIM_FAULT_EXIT_JAM] = "exit-jam",
	[SIM_FAULT_DARK] = "dark",
};

static_assert(ARRAY_SIZE(sim_fault_names) == SIM_FAULT_KINDS);

static char *faults = "";
module_param(faults, charp, 0444);
MODULE_PARM_DESC(faults, "what goes wrong: scan0,jam,line=1000;print0,dma-error,page=2");

static uint seed = 1;
module_param(seed, uint, 0444);
MODULE_PARM_DESC(seed, "where faults by chance begin");

/* ---- faults happen ---- */

static void fault_arm(struct sim_faults *f, const struct sim_fault *fault)
{
	if (f->count < SIM_FAULTS_ARMED)
		f->armed[f->count++] = *fault;
}

static void fault_disarm(struct sim_faults *f, u32 i)
{
	f->happened[f->armed[i].kind]++;
	f->armed[i] = f->armed[--f->count];
}

/**
 * sim_fault_begin() - a page begins: its sheet was drawn in
 * @engine: engine
 * @lines: lines of the page
 */
void sim_fault_begin(struct sim_engine *engine, u32 lines)
{
	struct sim_faults *f = &engine->faults;
	struct sim_fault any = { .line = LINE_RANDOM, .ms = LATE_PERIOD_MS };
	u32 i;

	spin_lock_irq(&engine->lock);
	any.page = ++f->page;
	if (f->every && prandom_u32_state(&f->random) % f->every == 0) {
		any.kind = prandom_u32_state(&f->random) % SIM_FAULT_UNPLUG;
		fault_arm(f, &any);
	}
	for (i = 0; i < f->count; i++)
		if (f->armed[i].page == f->page && f->armed[i].line == LINE_RANDOM)
			f->armed[i].line = prandom_u32_state(&f->random) % lines;
	spin_unlock_irq(&engine->lock);
}

/* Those of a sheet that has not come yet, or has passed */
static bool fault_is_of_way(enum sim_fault_kind kind)
{
	return kind == SIM_FAULT_NO_PAPER || kind == SIM_FAULT_COLD ||
	       kind == SIM_FAULT_TRAY_OUT || kind == SIM_FAULT_TURN_JAM ||
	       kind == SIM_FAULT_FEED_JAM || kind == SIM_FAULT_EXIT_JAM;
}

static bool fault_of_way(struct sim_engine *engine, enum sim_fault_kind kind, u32 pages_to_come)
{
	struct sim_faults *f = &engine->faults;
	bool found = false;
	u32 i;

	spin_lock_irq(&engine->lock);
	for (i = 0; i < f->count && !found; i++) {
		found = f->armed[i].kind == kind && f->armed[i].page <= f->page + pages_to_come;
		if (found)
			fault_disarm(f, i);
	}
	spin_unlock_irq(&engine->lock);
	return found;
}

/**
 * sim_fault_feed() - does this go wrong before the first line?
 * @engine: engine whose next page is about to begin
 * @kind: NO_PAPER, though there is; COLD; TRAY_OUT; TURN_JAM; FEED_JAM
 *
 * Return: true if so.
 */
bool sim_fault_feed(struct sim_engine *engine, enum sim_fault_kind kind)
{
	return fault_of_way(engine, kind, 1);
}

/**
 * sim_fault_exit() - does the sheet get stuck behind the last line?
 * @engine: print engine whose page has had its lines
 *
 * Return: true if so.
 */
bool sim_fault_exit(struct sim_engine *engine)
{
	return fault_of_way(engine, SIM_FAULT_EXIT_JAM, 0);
}

/* Those that end the page, with an interrupt, in silence, or because nothing is there */
static bool fault_ends(struct sim_engine *engine, enum sim_fault_kind kind)
{
	struct sim_faults *f = &engine->faults;

	switch (kind) {
	case SIM_FAULT_JAM:
		engine->jam = true;
		sim_engine_raise(engine, IFAX_INT_JAM);
		return true;
	case SIM_FAULT_COVER:
		engine->cover_open = true;
		sim_engine_raise(engine, IFAX_INT_COVER);
		return true;
	case SIM_FAULT_DOUBLE_FEED:
		f->double_fed = true;
		engine->jam = true;
		sim_engine_raise(engine, IFAX_INT_DOUBLE);
		return true;
	case SIM_FAULT_LAMP:
		engine->heat_failed = true;
		sim_engine_raise(engine, IFAX_INT_LAMP);
		return true;
	case SIM_FAULT_STALL:
		f->silence_ms = U32_MAX;
		return true;
	case SIM_FAULT_DMA_STALL:
		engine->lines++;
		f->silence_ms = DMA_STALL_MS;
		return true;
	case SIM_FAULT_UNPLUG:
		f->unplugged = true;
		return true;
	default:
		return false;
	}
}

/* Those that the page survives, at least on the engine's side */
static void fault_stays(struct sim_engine *engine, const struct sim_fault *fault)
{
	struct sim_faults *f = &engine->faults;

	switch (fault->kind) {
	case SIM_FAULT_LOST_INTERRUPT:
		f->interrupt_lost = true;
		break;
	case SIM_FAULT_SPURIOUS_INTERRUPT:
		sim_irq_spurious(engine->soc, engine->number);
		break;
	case SIM_FAULT_STUCK_BUSY:
		f->busy_stuck = true;
		break;
	case SIM_FAULT_STUCK_STATUS:
		f->status_stuck = true;
		break;
	case SIM_FAULT_DMA_ERROR:
		sim_dma_fail(engine->chan);
		break;
	case SIM_FAULT_LATE_PERIOD:
		sim_dma_delay(engine->chan, fault->ms);
		break;
	case SIM_FAULT_DARK:
		f->dark = true;
		break;
	case SIM_FAULT_WRONG_LINES:
		f->lines_ahead = LINES_AHEAD;
		break;
	case SIM_FAULT_BUS_ERROR:
		f->bus_errors = BUS_ERRORS;
		break;
	default:
		break;
	}
}

static bool fault_is_due(struct sim_engine *engine, const struct sim_fault *fault)
{
	bool reference = !engine->is_printer && engine->mode & IFAX_MODE_REFERENCE;
	u32 page = engine->faults.page;

	if (fault_is_of_way(fault->kind) || fault->reference != reference)
		return false;
	if (reference || fault->page == page)
		return fault->line <= engine->lines;
	return fault->page < page;
}

/**
 * sim_fault_line() - let happen what is due before the next line
 * @engine: engine, locked
 *
 * Return: true if the page cannot go on.
 */
bool sim_fault_line(struct sim_engine *engine)
{
	struct sim_faults *f = &engine->faults;
	struct sim_fault fault;
	bool ends = false;
	u32 i = 0;

	lockdep_assert_held(&engine->lock);
	while (i < f->count && !ends) {
		fault = f->armed[i];
		if (!fault_is_due(engine, &fault)) {
			i++;
			continue;
		}
		fault_disarm(f, i);
		ends = fault_ends(engine, fault.kind);
		if (!ends)
			fault_stays(engine, &fault);
	}
	return ends;
}

/**
 * sim_fault_reset() - what RESET cures
 * @engine: engine, locked
 */
void sim_fault_reset(struct sim_engine *engine)
{
	engine->faults.busy_stuck = false;
	engine->faults.status_stuck = false;
}

/* ---- faults are ordered ---- */

static int fault_number(const char *word, const char *name, u32 *number)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n))
		return -ENOENT;
	return kstrtou32(word + n, 0, number);
}

static int fault_clear(struct sim_faults *f)
{
	f->count = 0;
	f->every = 0;
	f->interrupt_lost = false;
	f->busy_stuck = false;
	f->status_stuck = false;
	f->dark = false;
	f->bus_errors = 0;
	f->unplugged = false;
	return 0;
}

static int fault_words(char *text, struct sim_fault *fault, u32 *every)
{
	char *word;

	while ((word = strsep(&text, " ,"))) {
		if (!*word)
			continue;
		if (!strcmp(word, "line=random"))
			fault->line = LINE_RANDOM;
		else if (!strcmp(word, "reference"))
			fault->reference = true;
		else if (fault_number(word, "line=", &fault->line) &&
			 fault_number(word, "page=", &fault->page) &&
			 fault_number(word, "ms=", &fault->ms) &&
			 fault_number(word, "every=", every))
			return -EINVAL;
	}
	/* References are few lines, and always as many */
	return !fault->page || (fault->reference && fault->line == LINE_RANDOM) ? -EINVAL : 0;
}

/*
 * "KIND [line=N|line=random] [page=N] [ms=N] [reference]", "random every=N", "none"; a
 * comma is as good as a blank
 */
static int fault_order(struct sim_engine *engine, char *text)
{
	struct sim_faults *f = &engine->faults;
	struct sim_fault fault = { .page = 1, .ms = LATE_PERIOD_MS };
	u32 every = 0;
	int kind, ret;
	char *word;

	text = strim(text);
	word = strsep(&text, " ,");
	kind = match_string(sim_fault_names, SIM_FAULT_KINDS, word);
	if (kind < 0 && strcmp(word, "none") && strcmp(word, "random"))
		return -EINVAL;
	ret = fault_words(text, &fault, &every);
	if (ret)
		return ret;
	spin_lock_irq(&engine->lock);
	fault.kind = kind;
	fault.page += f->page;
	if (kind >= 0 && f->count == SIM_FAULTS_ARMED)
		ret = -ENOSPC;
	else if (kind >= 0)
		fault_arm(f, &fault);
	else if (every)
		f->every = every;
	else
		ret = fault_clear(f);
	spin_unlock_irq(&engine->lock);
	return ret;
}

static ssize_t fault_write(struct file *file, const char __user *from, size_t bytes, loff_t *pos)
{
	struct sim_engine *engine = file_inode(file)->i_private;
	char *text;
	int ret;

	if (bytes > FAULT_TEXT_MAX)
		return -E2BIG;
	text = memdup_user_nul(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = fault_order(engine, text);
	kfree(text);
	return ret ?: bytes;
}

static int fault_show(struct seq_file *seq, void *unused)
{
	struct sim_engine *engine = seq->private;
	struct sim_faults *f = &engine->faults;
	u32 i;

	spin_lock_irq(&engine->lock);
	for (i = 0; i < f->count; i++) {
		seq_printf(seq, "%s page=%d", sim_fault_names[f->armed[i].kind],
			   (s32)(f->armed[i].page - f->page));
		if (f->armed[i].line == LINE_RANDOM)
			seq_puts(seq, " line=random");
		else
			seq_printf(seq, " line=%u", f->armed[i].line);
		seq_puts(seq, f->armed[i].reference ? " reference\n" : "\n");
	}
	if (f->every)
		seq_printf(seq, "random every=%u\n", f->every);
	spin_unlock_irq(&engine->lock);
	return 0;
}

static int fault_open(struct inode *inode, struct file *file)
{
	return single_open(file, fault_show, inode->i_private);
}

static const struct file_operations fault_fops = {
	.owner = THIS_MODULE,
	.open = fault_open,
	.read = seq_read,
	.write = fault_write,
	.llseek = seq_lseek,
	.release = single_release,
};

/* What the hardware saw, for comparison with what the driver says */
static int stats_show(struct seq_file *seq, void *unused)
{
	struct sim_engine *engine = seq->private;
	struct sim_stats stats;
	struct sim_faults f;
	bool lamp_on;
	u32 i;

	spin_lock_irq(&engine->lock);
	stats = engine->stats;
	f = engine->faults;
	lamp_on = engine->lamp_on;
	spin_unlock_irq(&engine->lock);
	seq_printf(seq, "starts %u\nstops %u\nresets %u\nejects %u\n", stats.starts, stats.stops,
		   stats.resets, stats.ejects);
	seq_printf(seq, "pages %u\nbacks %u\nlines %llu\n", stats.pages, stats.backs,
		   stats.lines);
	seq_printf(seq, "interrupts %u\nreads %llu\nwrites %llu\n", stats.interrupts, stats.reads,
		   stats.writes);
	seq_puts(seq, "least-ahead");
	for (i = 0; i < SIM_AHEAD_BANDS; i++)
		seq_printf(seq, " %u", stats.least_ahead[i]);
	seq_putc(seq, '\n');
	if (!engine->is_printer)
		seq_printf(seq, "lamp-on %d\n", lamp_on);
	for (i = 0; i < SIM_FAULT_KINDS; i++)
		seq_printf(seq, "%s %u\n", sim_fault_names[i], f.happened[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

/**
 * sim_fault_debugfs() - the files of an engine
 * @engine: engine
 * @dir: where
 */
void sim_fault_debugfs(struct sim_engine *engine, struct dentry *dir)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%u", engine->is_printer ? "print" : "scan",
		 engine->number / 2);
	dir = debugfs_create_dir(name, dir);
	debugfs_create_file("fault", 0600, dir, engine, &fault_fops);
	debugfs_create_file("stats", 0400, dir, engine, &stats_fops);
	if (engine->is_printer)
		debugfs_create_file("trays", 0600, dir, engine, &sim_cassettes_fops);
}

/* "scan0,jam,line=1000": the engine, then what goes wrong in it */
static int fault_order_at(struct sim_soc *soc, char *text)
{
	char *name = strsep(&text, " ,");
	u32 station;

	if (!text)
		return -EINVAL;
	if (!fault_number(name, "scan", &station) && station < soc->stations)
		return fault_order(&soc->engines[2 * station], text);
	if (!fault_number(name, "print", &station) && station < soc->stations)
		return fault_order(&soc->engines[2 * station + 1], text);
	return -ENODEV;
}

/**
 * sim_fault_init() - seed chance, and order what the parameter "faults" says
 * @soc: block, with its engines
 *
 * Return: 0 or an error, which was reported.
 */
int sim_fault_init(struct sim_soc *soc)
{
	char *copy, *text, *order;
	int ret = 0;
	u32 i;

	for (i = 0; i < sim_engine_count(soc); i++)
		prandom_seed_state(&soc->engines[i].faults.random, seed + i);
	copy = kstrdup(faults, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	text = copy;
	while (!ret && (order = strsep(&text, ";"))) {
		order = strim(order);
		if (*order)
			ret = fault_order_at(soc, order);
	}
	kfree(copy);
	if (ret)
		return dev_err_probe(soc->dev, ret, "faults=\"%s\": not understood\n", faults);
	return 0;
}
