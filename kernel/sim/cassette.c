// SPDX-License-Identifier: GPL-2.0
/*
 * Cassettes: the paper trays of a print engine, each with blank sheets of one
 * size, and "trays" in debugfs, through which people lay them in and pull them out.
 */
#include <linux/bitfield.h>
#include <linux/debugfs.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "paper.h"
#include "soc.h"

#define ORDER_TEXT_MAX	64
#define LONG_EDGE	"-lef"

static uint paper_sheets = 1000;
module_param(paper_sheets, uint, 0444);
MODULE_PARM_DESC(paper_sheets, "blank sheets in every paper tray at the begin");

static char *trays = "";
module_param(trays, charp, 0444);
MODULE_PARM_DESC(trays, "paper trays: a4:500,a4-lef,2100x3300:20; none: one, of any paper");

static const struct {
	const char *name;
	u16 x;
	u16 y;
} sim_sizes[] = {
	{ "a3", 2970, 4200 },
	{ "a4", 2100, 2970 },
	{ "a5", 1480, 2100 },
	{ "b4", 2570, 3640 },
	{ "letter", 2159, 2794 },
	{ "legal", 2159, 3556 },
};

static u32 cassette_size(u16 x, u16 y)
{
	return FIELD_PREP(IFAX_TRAY_SIZE_X, x) | FIELD_PREP(IFAX_TRAY_SIZE_Y, y);
}

static bool cassette_has(const struct sim_cassette *c)
{
	return !READ_ONCE(c->out) && READ_ONCE(c->sheets);
}

/**
 * sim_cassette_state() - the register TRAY_AT
 * @c: cassette
 *
 * Context: any, without a lock.
 * Return: IFAX_TRAY_*.
 */
u32 sim_cassette_state(const struct sim_cassette *c)
{
	if (READ_ONCE(c->out))
		return 0;
	return IFAX_TRAY_PRESENT | (cassette_has(c) ? IFAX_TRAY_PAPER : 0) |
	       (READ_ONCE(c->sheets) < SIM_PAPER_LOW_SHEETS ? IFAX_TRAY_LOW : 0);
}

/**
 * sim_cassette_size() - the register TRAY_SIZE
 * @c: cassette
 *
 * Context: any, without a lock.
 * Return: size of its paper, 0 if it is not there, or takes any.
 */
u32 sim_cassette_size(const struct sim_cassette *c)
{
	return READ_ONCE(c->out) ? 0 : READ_ONCE(c->size);
}

/**
 * sim_cassettes_ready() - is there paper in any of them?
 * @tray: tray of the print engine
 *
 * Context: any, without a lock.
 * Return: true if so.
 */
bool sim_cassettes_ready(const struct sim_paper *tray)
{
	u32 i;

	for (i = 0; i < tray->cassette_count; i++)
		if (cassette_has(&tray->cassettes[i]))
			return true;
	return false;
}

/**
 * sim_cassettes_low() - is there little paper in any of them?
 * @tray: tray of the print engine
 *
 * Context: any, without a lock.
 * Return: true if so.
 */
bool sim_cassettes_low(const struct sim_paper *tray)
{
	u32 i;

	for (i = 0; i < tray->cassette_count; i++)
		if (sim_cassette_state(&tray->cassettes[i]) & IFAX_TRAY_LOW)
			return true;
	return false;
}

/**
 * sim_cassette_draw() - draw a blank sheet in
 * @tray: tray of the print engine, where the sheet will go
 * @number: number of the cassette
 *
 * Return: false if there is none, or no place for it to go to.
 */
bool sim_cassette_draw(struct sim_paper *tray, u32 number)
{
	struct sim_cassette *c = &tray->cassettes[number];
	bool drawn;

	spin_lock(&tray->lock);
	drawn = cassette_has(c) && READ_ONCE(tray->bytes) < tray->limit_bytes;
	if (drawn) {
		WRITE_ONCE(c->sheets, c->sheets - 1);
		c->drawn++;
	}
	spin_unlock(&tray->lock);
	sim_paper_changed(tray);
	return drawn;
}

/**
 * sim_cassette_fill() - lay blank paper in
 * @tray: tray of the print engine
 * @number: number of the cassette
 * @sheets: so many sheets there are then
 */
void sim_cassette_fill(struct sim_paper *tray, u32 number, u32 sheets)
{
	spin_lock(&tray->lock);
	WRITE_ONCE(tray->cassettes[number].sheets, sheets);
	spin_unlock(&tray->lock);
	sim_paper_changed(tray);
}

/**
 * sim_cassette_pull() - pull it out, or push it back
 * @tray: tray of the print engine
 * @number: number of the cassette
 * @out: which of it
 */
void sim_cassette_pull(struct sim_paper *tray, u32 number, bool out)
{
	spin_lock(&tray->lock);
	WRITE_ONCE(tray->cassettes[number].out, out);
	spin_unlock(&tray->lock);
	sim_paper_changed(tray);
}

/* "a4", "a4-lef", "2100x2970" */
static int cassette_parse_size(char *text, u32 *size)
{
	size_t n = strlen(text), suffix = strlen(LONG_EDGE);
	bool long_edge = false;
	u16 x, y;
	char *by;
	u32 i;

	if (n > suffix && !strcmp(text + n - suffix, LONG_EDGE)) {
		text[n - suffix] = 0;
		long_edge = true;
	}
	for (i = 0; i < ARRAY_SIZE(sim_sizes); i++) {
		if (strcmp(text, sim_sizes[i].name))
			continue;
		*size = long_edge ? cassette_size(sim_sizes[i].y, sim_sizes[i].x) :
				    cassette_size(sim_sizes[i].x, sim_sizes[i].y);
		return 0;
	}
	by = strchr(text, 'x');
	if (!by || long_edge)
		return -EINVAL;
	*by = 0;
	if (kstrtou16(text, 10, &x) || kstrtou16(by + 1, 10, &y) || !x || !y)
		return -EINVAL;
	*size = cassette_size(x, y);
	return 0;
}

/* "SIZE[:SHEETS]"; what is not said stays as it is */
static int cassette_parse(char *text, u32 *size, u32 *sheets)
{
	char *what = strsep(&text, ":");

	int ret = cassette_parse_size(what, size);

	return ret || !text ? ret : kstrtou32(text, 10, sheets);
}

/**
 * sim_cassettes_init() - what the parameter "trays" says
 * @tray: tray of a print engine
 *
 * Return: 0 or an error, which was reported.
 */
int sim_cassettes_init(struct sim_paper *tray)
{
	struct sim_cassette *c = tray->cassettes;
	char *copy, *text, *word;
	int ret = 0;

	copy = kstrdup(trays, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	text = strim(copy);
	tray->cassettes_told = *text;
	if (!tray->cassettes_told) {
		text = NULL;
		c->sheets = paper_sheets;
		tray->cassette_count = 1;
	}
	while (!ret && (word = strsep(&text, ","))) {
		if (tray->cassette_count == IFAX_TRAYS_MAX) {
			ret = -E2BIG;
			break;
		}
		c = &tray->cassettes[tray->cassette_count++];
		c->sheets = paper_sheets;
		ret = cassette_parse(strim(word), &c->size, &c->sheets);
	}
	kfree(copy);
	if (ret)
		pr_err("ifax-sim: trays=\"%s\": not understood, or more than %u\n", trays,
		       IFAX_TRAYS_MAX);
	return ret;
}

/* ---- debugfs ---- */

/* "N SIZE[:SHEETS]", "N sheets=SHEETS", "N out", "N in" */
static int cassette_order(struct sim_paper *tray, char *text)
{
	char *word = strsep(&text, " ");
	struct sim_cassette *c;
	u32 number, size, sheets;
	int ret;

	if (!text || kstrtou32(word, 10, &number) || number >= tray->cassette_count)
		return -EINVAL;
	text = strim(text);
	c = &tray->cassettes[number];
	if (!strcmp(text, "out") || !strcmp(text, "in")) {
		sim_cassette_pull(tray, number, *text == 'o');
		return 0;
	}
	size = READ_ONCE(c->size);
	sheets = READ_ONCE(c->sheets);
	ret = strstarts(text, "sheets=") ? kstrtou32(strchr(text, '=') + 1, 10, &sheets) :
					   cassette_parse(text, &size, &sheets);
	if (ret || (!tray->cassettes_told && size))
		return -EINVAL;
	WRITE_ONCE(c->size, size);
	sim_cassette_fill(tray, number, sheets);
	return 0;
}

static ssize_t cassettes_write(struct file *file, const char __user *from, size_t bytes,
			       loff_t *pos)
{
	struct sim_engine *engine = file_inode(file)->i_private;
	char *text;
	int ret;

	if (bytes > ORDER_TEXT_MAX)
		return -E2BIG;
	text = memdup_user_nul(from, bytes);
	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = cassette_order(engine->paper, strim(text));
	kfree(text);
	return ret ?: bytes;
}

static int cassettes_show(struct seq_file *seq, void *unused)
{
	struct sim_engine *engine = seq->private;
	struct sim_paper *tray = engine->paper;
	const struct sim_cassette *c;
	u32 i;

	spin_lock(&tray->lock);
	for (i = 0; i < tray->cassette_count; i++) {
		c = &tray->cassettes[i];
		seq_printf(seq, "%u %lux%lu %s sheets %u drawn %u\n", i,
			   FIELD_GET(IFAX_TRAY_SIZE_X, c->size),
			   FIELD_GET(IFAX_TRAY_SIZE_Y, c->size), c->out ? "out" : "in",
			   c->sheets, c->drawn);
	}
	spin_unlock(&tray->lock);
	return 0;
}

static int cassettes_open(struct inode *inode, struct file *file)
{
	return single_open(file, cassettes_show, inode->i_private);
}

const struct file_operations sim_cassettes_fops = {
	.owner = THIS_MODULE,
	.open = cassettes_open,
	.read = seq_read,
	.write = cassettes_write,
	.llseek = seq_lseek,
	.release = single_release,
};
