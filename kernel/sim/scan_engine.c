// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner: a sheet from the feeder goes under the sensor line by line.
 */
#include <linux/minmax.h>
#include "paper.h"
#include "soc.h"

/* Bytes of a line, as the page is */
static size_t sim_scan_row_bytes(const struct sim_engine *engine)
{
	return engine->mode & IFAX_MODE_GREY ? IFAX_GREY_LINE_BYTES(engine->width_px) :
					       IFAX_LINE_BYTES(engine->width_px);
}

static u8 sim_sheet_grey(const struct sim_sheet *sheet, const u8 *row, u32 px)
{
	if (px >= sheet->width_px)
		return 255;
	if (sheet->is_grey)
		return row[px];
	return row[px / 8] & 0x80 >> px % 8 ? 0 : 255;
}

/*
 * No two elements of a sensor are alike: some current flows in the dark, and the
 * lamp is weaker towards the edges.
 */
static u8 sim_sensor_dark(u32 px)
{
	return 6 + px * 7 % 11;
}

static u8 sim_sensor_grey(const struct sim_engine *engine, u32 px, u8 grey)
{
	u32 from_middle = abs((int)(2 * px) - (int)engine->width_px);
	u32 white = 250 - px * 5 % 7 - 80 * from_middle / engine->width_px;
	u32 dark = sim_sensor_dark(px);

	if (engine->faults.dark)
		return dark;
	return dark + (grey * (white - dark) + 127) / 255;
}

/* The sensor sees the sheet at its left edge, one to one, and white beside it */
static void sim_scan_grey_row(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	const u8 *row = sim_sheet_row(sheet, engine->lines - 1);
	u32 px;

	for (px = 0; px < engine->width_px; px++)
		engine->row[px] = sim_sensor_grey(engine, px, sim_sheet_grey(sheet, row, px));
}

static void sim_scan_bit_row(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	u32 px = min(engine->width_px, sheet->width_px);
	const u8 *row = sim_sheet_row(sheet, engine->lines - 1);

	memset(engine->row, 0, IFAX_LINE_BYTES(engine->width_px));
	if (sheet->is_grey) {
		while (px--)
			if (row[px] < 128)
				engine->row[px / 8] |= 0x80 >> px % 8;
		return;
	}
	memcpy(engine->row, row, DIV_ROUND_UP(px, 8));
	if (px % 8)
		engine->row[px / 8] &= 0xff00 >> px % 8;
}

/* Dark lines, then white ones */
static void sim_scan_reference_row(struct sim_engine *engine)
{
	u8 grey = engine->lines <= IFAX_REFERENCE_LINES ? 0 : 255;
	u32 px;

	for (px = 0; px < engine->width_px; px++)
		engine->row[px] = sim_sensor_grey(engine, px, grey);
}

static void sim_scan_row(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	if (engine->mode & IFAX_MODE_REFERENCE)
		sim_scan_reference_row(engine);
	else if (engine->mode & IFAX_MODE_GREY)
		sim_scan_grey_row(engine, sheet);
	else
		sim_scan_bit_row(engine, sheet);
}

static int sim_scan_push_white(struct sim_engine *engine)
{
	u32 lines;

	memset(engine->row, engine->mode & IFAX_MODE_GREY ? 255 : 0, sim_scan_row_bytes(engine));
	for (lines = engine->lines; lines % engine->band; lines++)
		if (sim_dma_push(engine->chan, engine->row, sim_scan_row_bytes(engine)))
			return -EIO;
	return 0;
}

static void sim_scan_raise(struct sim_engine *engine, u32 interrupts)
{
	unsigned long flags;

	spin_lock_irqsave(&engine->lock, flags);
	sim_engine_raise(engine, interrupts);
	spin_unlock_irqrestore(&engine->lock, flags);
}

/*
 * Returns IFAX_INT_* that are left to be raised when the engine is idle again. Without
 * a sheet the references go past the sensor.
 */
static u32 sim_scan_sheet(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	u32 end = sheet ? min(engine->length, sheet->lines) : engine->length;
	u32 last = sheet && end < sheet->lines ? IFAX_INT_LONG : 0;
	u32 due = 0;

	while (engine->lines < end) {
		if (!due)
			due = sim_engine_lines_due(engine);
		if (!due || !sim_engine_line(engine))
			return 0;
		due--;
		sim_scan_row(engine, sheet);
		if (sim_dma_push(engine->chan, engine->row, sim_scan_row_bytes(engine)))
			return IFAX_INT_FAULT;
	}
	engine->stats.pages++;
	if (engine->mode & IFAX_MODE_BACK)
		engine->stats.backs++;
	sim_scan_raise(engine, IFAX_INT_PAGE_END | last);
	return sim_scan_push_white(engine) ? IFAX_INT_FAULT : 0;
}

/* What follows a front in the stream is its back; if nothing does, that is white */
static struct sim_sheet *sim_scan_draw(struct sim_engine *engine)
{
	struct sim_sheet *sheet = sim_paper_take(engine->paper);

	if (sheet || !(engine->mode & IFAX_MODE_BACK))
		return sheet;
	sheet = sim_sheet_alloc(engine->width_px, engine->front_lines, false);
	if (sheet)
		memset(sheet->rows, 0, sim_sheet_bytes(sheet));
	return sheet;
}

/* From the feeder, or turned: returns IFAX_INT_* if there is no sheet, or it got stuck */
static u32 sim_scan_feed(struct sim_engine *engine, struct sim_sheet **sheet)
{
	if (!sim_sheet_way(engine, IFAX_NOW_FEEDING))
		return 0;
	if (sim_fault_feed(engine, SIM_FAULT_NO_PAPER))
		return IFAX_INT_NO_PAPER;
	*sheet = sim_scan_draw(engine);
	if (!*sheet)
		return IFAX_INT_NO_PAPER;
	if (sim_fault_feed(engine, engine->mode & IFAX_MODE_BACK ? SIM_FAULT_TURN_JAM :
								   SIM_FAULT_FEED_JAM)) {
		sim_sheet_free(*sheet);
		*sheet = NULL;
		return sim_engine_jam(engine);
	}
	return 0;
}

/* Returns IFAX_INT_* that are left to be raised */
static u32 sim_scan_feeder(struct sim_engine *engine)
{
	struct sim_sheet *sheet = NULL;
	u32 interrupts;

	interrupts = sim_scan_feed(engine, &sheet);
	if (!sheet)
		return interrupts;
	engine->front_lines = sheet->lines;
	sim_fault_begin(engine, min(engine->length, sheet->lines));
	sim_engine_phase(engine, IFAX_NOW_MOVING);
	interrupts = sim_scan_sheet(engine, sheet);
	if (engine->faults.double_fed)
		sim_sheet_free(sim_paper_take(engine->paper));
	engine->faults.double_fed = false;
	sim_sheet_free(sheet);
	return interrupts;
}

/**
 * sim_scan_page() - what START does
 * @engine: scanner
 *
 * Context: the engine's thread.
 */
void sim_scan_page(struct sim_engine *engine)
{
	u32 interrupts = sim_engine_refusal(engine);

	if (interrupts || !sim_heat_wait(engine, sim_fault_feed(engine, SIM_FAULT_COLD)))
		sim_engine_end(engine, interrupts);
	else if (engine->mode & IFAX_MODE_REFERENCE)
		sim_engine_end(engine, sim_scan_sheet(engine, NULL));
	else
		sim_engine_end(engine, sim_scan_feeder(engine));
}
