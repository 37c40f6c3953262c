// SPDX-License-Identifier: GPL-2.0
/*
 * The print engine: a blank sheet is drawn in, gets its lines and falls into the
 * tray; or goes into the duplex unit first, for its back.
 */
#include <linux/bitfield.h>
#include <linux/math64.h>
#include "paper.h"
#include "soc.h"

#define TENTH_MM_PER_INCH	254

/* ---- the sheet ---- */

/* Pixels or lines of a page that begin within the paper; all of them if its size is not known */
static u32 print_on_paper(u32 from_edge, u32 paper_tenth_mm, u32 dpi)
{
	u64 on_paper = (u64)paper_tenth_mm * dpi + TENTH_MM_PER_INCH - 1;

	if (!paper_tenth_mm || !dpi)
		return from_edge;
	return min_t(u64, from_edge, div_u64(on_paper, TENTH_MM_PER_INCH));
}

/* As much of the sheet as the page may cover, from the corner, white */
static struct sim_sheet *print_blank(struct sim_engine *engine, u32 size)
{
	struct sim_sheet *sheet;
	u32 width_px, lines;

	width_px = print_on_paper(FIELD_GET(IFAX_MARGIN_X, engine->margin) + engine->width_px,
				  FIELD_GET(IFAX_TRAY_SIZE_X, size),
				  FIELD_GET(IFAX_RESOLUTION_X, engine->resolution));
	lines = print_on_paper(FIELD_GET(IFAX_MARGIN_Y, engine->margin) + engine->length,
			       FIELD_GET(IFAX_TRAY_SIZE_Y, size),
			       FIELD_GET(IFAX_RESOLUTION_Y, engine->resolution));
	sheet = sim_sheet_alloc(width_px, lines, false);
	if (sheet)
		memset(sheet->rows, 0, sim_sheet_bytes(sheet));
	return sheet;
}

/* The row that was pulled, so many pixels from the edge; what is beyond the other edge is lost */
static void print_row_put(struct sim_engine *engine, struct sim_sheet *sheet, u32 line)
{
	u32 margin_px = FIELD_GET(IFAX_MARGIN_X, engine->margin);
	u32 end_px = min(sheet->width_px, margin_px + engine->width_px);
	u8 *row = sim_sheet_row(sheet, line);
	u32 shift = margin_px % 8;
	size_t at, bytes;

	if (end_px <= margin_px)
		return;
	bytes = DIV_ROUND_UP(end_px, 8) - margin_px / 8;
	row += margin_px / 8;
	for (at = 0; at < bytes; at++)
		row[at] = ((at ? engine->row[at - 1] << 8 : 0) | engine->row[at]) >> shift;
	if (end_px % 8)
		row[bytes - 1] &= 0xff00 >> end_px % 8;
}

static int print_row(struct sim_engine *engine, struct sim_sheet *sheet)
{
	u32 line = FIELD_GET(IFAX_MARGIN_Y, engine->margin) + engine->lines - 1;
	int ret;

	ret = sim_dma_pull(engine->chan, engine->row, IFAX_LINE_BYTES(engine->width_px));
	if (ret)
		return ret;
	engine->on_sheet++;
	if (line < sheet->lines)
		print_row_put(engine, sheet, line);
	return 0;
}

/* Returns IFAX_INT_* that are left to be raised when the sheet is where it goes */
static u32 print_rows(struct sim_engine *engine, struct sim_sheet *sheet)
{
	u32 due = 0;

	engine->on_sheet = 0;
	sim_engine_phase(engine, IFAX_NOW_MOVING);
	while (engine->lines < engine->length) {
		if (!due)
			due = sim_engine_lines_due(engine);
		if (!due || !sim_engine_line(engine))
			return 0;
		due--;
		if (print_row(engine, sheet))
			return IFAX_INT_FAULT;
	}
	engine->stats.pages++;
	if (engine->mode & IFAX_MODE_BACK)
		engine->stats.backs++;
	return IFAX_INT_PAGE_END;
}

/* What the stream says about this side of the sheet */
static void print_note(struct sim_engine *engine, struct sim_sheet *sheet)
{
	size_t room = sizeof(sheet->note), at;
	u32 mode = engine->mode;

	at = scnprintf(sheet->note, room, "%lux%lu dpi",
		       FIELD_GET(IFAX_RESOLUTION_X, engine->resolution),
		       FIELD_GET(IFAX_RESOLUTION_Y, engine->resolution));
	if (engine->on_sheet < engine->length)
		at += scnprintf(sheet->note + at, room - at, ", incomplete: %u of %u lines",
				engine->on_sheet, engine->length);
	if (engine->paper->cassettes_told)
		at += scnprintf(sheet->note + at, room - at, ", tray %u %lux%lu",
				engine->sheet_tray,
				FIELD_GET(IFAX_TRAY_SIZE_X, engine->sheet_size),
				FIELD_GET(IFAX_TRAY_SIZE_Y, engine->sheet_size));
	if (mode & (IFAX_MODE_HOLD | IFAX_MODE_BACK))
		scnprintf(sheet->note + at, room - at, ", sheet %u %s", engine->turned,
			  mode & IFAX_MODE_BACK ? "back" : "front");
}

/* ---- its way ---- */

/* Takes the sheet in the duplex unit: its front, or NULL if there is none any more */
static struct sim_sheet *print_take_held(struct sim_engine *engine)
{
	struct sim_sheet *front = engine->front;
	bool held;

	spin_lock_irq(&engine->lock);
	held = engine->held;
	engine->held = false;
	sim_engine_raise(engine, 0);
	spin_unlock_irq(&engine->lock);
	engine->front = NULL;
	if (held)
		return front;
	sim_sheet_free(front);
	return NULL;
}

static void print_put_held(struct sim_engine *engine)
{
	struct sim_sheet *front;

	sim_sheet_way(engine, IFAX_NOW_EXIT);
	front = print_take_held(engine);
	if (front)
		sim_tray_put(engine->paper, front);
}

/* A sheet from a paper tray: returns IFAX_INT_* if none comes */
static u32 print_feed(struct sim_engine *engine)
{
	const struct sim_cassette *c = &engine->paper->cassettes[engine->tray];

	if (READ_ONCE(engine->held))
		print_put_held(engine);
	sim_sheet_way(engine, IFAX_NOW_FEEDING);
	engine->sheet_tray = engine->tray;
	engine->sheet_size = sim_cassette_size(c);
	if (engine->mode & IFAX_MODE_HOLD)
		engine->turned++;
	if (sim_fault_feed(engine, SIM_FAULT_NO_PAPER) ||
	    !sim_cassette_draw(engine->paper, engine->tray))
		return IFAX_INT_NO_PAPER;
	if (sim_fault_feed(engine, SIM_FAULT_FEED_JAM))
		return sim_engine_jam(engine);
	if (!sim_fault_feed(engine, SIM_FAULT_TRAY_OUT))
		return 0;
	sim_cassette_pull(engine->paper, engine->tray, true);
	return sim_engine_jam(engine);
}

/* A sheet out of the duplex unit */
static u32 print_turn(struct sim_engine *engine, struct sim_sheet **front)
{
	if (!READ_ONCE(engine->held))
		return IFAX_INT_NO_PAPER;
	sim_sheet_way(engine, IFAX_NOW_FEEDING);
	if (sim_fault_feed(engine, SIM_FAULT_TURN_JAM))
		return sim_engine_jam(engine);
	*front = print_take_held(engine);
	return 0;
}

/* A sheet that got stuck is pulled out by hand, and lost with both of its sides */
static bool print_stuck(const struct sim_engine *engine)
{
	return READ_ONCE(engine->jam) || READ_ONCE(engine->cover_open);
}

static void print_hold(struct sim_engine *engine, struct sim_sheet *sheet)
{
	/* One that was pulled out by hand since */
	sim_sheet_free(engine->front);
	engine->front = sheet;
	spin_lock_irq(&engine->lock);
	engine->held = true;
	sim_engine_raise(engine, 0);
	spin_unlock_irq(&engine->lock);
}

/* A side without a line is not told of */
static void print_exit(struct sim_engine *engine, struct sim_sheet *front, struct sim_sheet *sheet,
		       bool whole)
{
	sim_sheet_way(engine, IFAX_NOW_EXIT);
	print_note(engine, sheet);
	sheet->lines = min(sheet->lines,
			   (u32)FIELD_GET(IFAX_MARGIN_Y, engine->margin) + engine->on_sheet);
	if (whole && engine->mode & IFAX_MODE_HOLD && !print_stuck(engine)) {
		print_hold(engine, sheet);
		return;
	}
	if (front && !print_stuck(engine))
		sim_tray_put(engine->paper, front);
	else
		sim_sheet_free(front);
	if (engine->on_sheet && !print_stuck(engine))
		sim_tray_put(engine->paper, sheet);
	else
		sim_sheet_free(sheet);
}

/* Returns IFAX_INT_* that are left to be raised */
static u32 print_side(struct sim_engine *engine)
{
	struct sim_sheet *front = NULL, *sheet;
	u32 interrupts;

	if (engine->mode & IFAX_MODE_BACK)
		interrupts = print_turn(engine, &front);
	else
		interrupts = print_feed(engine);
	if (interrupts)
		return interrupts;
	sheet = print_blank(engine, engine->sheet_size);
	if (!sheet) {
		sim_sheet_free(front);
		return IFAX_INT_FAULT;
	}
	sim_fault_begin(engine, engine->length);
	interrupts = print_rows(engine, sheet);
	if (interrupts == IFAX_INT_PAGE_END && sim_fault_exit(engine))
		interrupts = sim_engine_jam(engine);
	print_exit(engine, front, sheet, interrupts == IFAX_INT_PAGE_END);
	if (engine->faults.double_fed)
		sim_cassette_draw(engine->paper, engine->sheet_tray);
	engine->faults.double_fed = false;
	/* Whoever stopped it on its way out has said why */
	return READ_ONCE(engine->stop) ? 0 : interrupts;
}

/**
 * sim_print_page() - what START and EJECT do
 * @engine: print engine
 *
 * Context: the engine's thread.
 */
void sim_print_page(struct sim_engine *engine)
{
	u32 interrupts;

	if (engine->eject) {
		print_put_held(engine);
		sim_engine_end(engine, READ_ONCE(engine->stop) ? 0 : IFAX_INT_PAGE_END);
		return;
	}
	interrupts = sim_engine_refusal(engine);
	if (!interrupts && sim_heat_wait(engine, sim_fault_feed(engine, SIM_FAULT_COLD))) {
		interrupts = print_side(engine);
		sim_heat_keep(engine);
	}
	sim_engine_end(engine, interrupts);
}
