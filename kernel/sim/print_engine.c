// SPDX-License-Identifier: GPL-2.0
/*
 * The print engine: a blank sheet is drawn in, gets its lines and falls into
 * the tray.
 */
#include "paper.h"
#include "soc.h"

static int sim_print_row(struct sim_engine *engine, struct sim_sheet *sheet)
{
	u32 px = sheet->width_px;
	int ret;

	ret = sim_dma_pull(engine->chan, engine->row, IFAX_LINE_BYTES(px));
	if (ret)
		return ret;
	if (px % 8)
		engine->row[px / 8] &= 0xff00 >> px % 8;
	memcpy(sim_sheet_row(sheet, engine->lines - 1), engine->row, DIV_ROUND_UP(px, 8));
	return 0;
}

/* Returns IFAX_INT_* that are left to be raised when the sheet is where it goes */
static u32 sim_print_sheet(struct sim_engine *engine, struct sim_sheet *sheet)
{
	u32 due = 0;

	while (engine->lines < engine->length) {
		if (!due)
			due = sim_engine_lines_due(engine);
		if (!due || !sim_engine_line(engine))
			return 0;
		due--;
		if (sim_print_row(engine, sheet))
			return IFAX_INT_FAULT;
	}
	engine->stats.pages++;
	return IFAX_INT_PAGE_END;
}

/* A sheet that got stuck is pulled out by hand and lost; any other comes out as it is */
static void sim_print_exit(struct sim_engine *engine, struct sim_sheet *sheet)
{
	if (READ_ONCE(engine->jam) || READ_ONCE(engine->cover_open) || !engine->lines)
		sim_sheet_free(sheet);
	else
		sim_tray_put(engine->paper, sheet, engine->lines, engine->resolution);
}

/**
 * sim_print_page() - what START does
 * @engine: print engine
 *
 * Context: the engine's thread.
 */
void sim_print_page(struct sim_engine *engine)
{
	u32 interrupts = sim_engine_refusal(engine);
	struct sim_sheet *sheet;

	if (!interrupts && (sim_fault_no_paper(engine) || !sim_tray_feed(engine->paper)))
		interrupts = IFAX_INT_NO_PAPER;
	if (interrupts) {
		sim_engine_end(engine, interrupts);
		return;
	}
	sheet = sim_sheet_alloc(engine->width_px, engine->length, false);
	if (sheet) {
		sim_fault_begin(engine, engine->length);
		interrupts = sim_print_sheet(engine, sheet);
		sim_print_exit(engine, sheet);
	} else {
		interrupts = IFAX_INT_FAULT;
	}
	if (engine->faults.double_fed)
		sim_tray_feed(engine->paper);
	engine->faults.double_fed = false;
	sim_engine_end(engine, interrupts);
}
