// SPDX-License-Identifier: GPL-2.0
/*
 * The scanner: a sheet from the feeder goes under the sensor line by line.
 */
#include <linux/minmax.h>
#include "paper.h"
#include "soc.h"

/* The sensor sees the sheet at its left edge, one to one, and white beside it */
static void sim_scan_row(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	u32 px = min(engine->width_px, sheet->width_px);

	memset(engine->row, 0, IFAX_LINE_BYTES(engine->width_px));
	memcpy(engine->row, sim_sheet_row(sheet, engine->lines - 1), DIV_ROUND_UP(px, 8));
	if (px % 8)
		engine->row[px / 8] &= 0xff00 >> px % 8;
}

static int sim_scan_push_white(struct sim_engine *engine)
{
	u32 lines;

	memset(engine->row, 0, IFAX_LINE_BYTES(engine->width_px));
	for (lines = engine->lines; lines % engine->band; lines++)
		if (sim_dma_push(engine->chan, engine->row, IFAX_LINE_BYTES(engine->width_px)))
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

/* Returns IFAX_INT_* that are left to be raised when the engine is idle again */
static u32 sim_scan_sheet(struct sim_engine *engine, const struct sim_sheet *sheet)
{
	u32 end = min(engine->length, sheet->lines);
	u32 due = 0;

	while (engine->lines < end) {
		if (!due)
			due = sim_engine_lines_due(engine);
		if (!due || !sim_engine_line(engine))
			return 0;
		due--;
		sim_scan_row(engine, sheet);
		if (sim_dma_push(engine->chan, engine->row, IFAX_LINE_BYTES(engine->width_px)))
			return IFAX_INT_FAULT;
	}
	engine->stats.pages++;
	sim_scan_raise(engine, IFAX_INT_PAGE_END | (end < sheet->lines ? IFAX_INT_LONG : 0));
	return sim_scan_push_white(engine) ? IFAX_INT_FAULT : 0;
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
	struct sim_sheet *sheet = NULL;

	if (!interrupts && !sim_fault_no_paper(engine))
		sheet = sim_paper_take(engine->paper);
	if (sheet) {
		sim_fault_begin(engine, min(engine->length, sheet->lines));
		interrupts = sim_scan_sheet(engine, sheet);
	} else if (!interrupts) {
		interrupts = IFAX_INT_NO_PAPER;
	}
	if (engine->faults.double_fed)
		sim_sheet_free(sim_paper_take(engine->paper));
	engine->faults.double_fed = false;
	sim_engine_end(engine, interrupts);
	sim_sheet_free(sheet);
}
