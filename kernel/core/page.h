/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page: its format, its coded bytes, its encoder or decoder, its record.
 */
#ifndef _IFAX_PAGE_H
#define _IFAX_PAGE_H

#include <linux/list.h>
#include <linux/ifax.h>
#include <linux/ifax/codec.h>
#include <linux/ifax/engine.h>
#include <linux/ifax/fit.h>

#include "page_store.h"

/**
 * enum ifax_stage - how far a page is
 * @IFAX_STAGE_WRITING: a user writes it, or it is being checked
 * @IFAX_STAGE_WAITING: committed, waits for the engine
 * @IFAX_STAGE_HELD: its first copies are on paper, the next comes when the
 *	document is complete
 * @IFAX_STAGE_ENGINE: under the sensor or in the engine
 * @IFAX_STAGE_FRONT: on the front of a sheet that waits in the engine for its back
 * @IFAX_STAGE_ENDED: its record is ready
 */
enum ifax_stage {
	IFAX_STAGE_WRITING,
	IFAX_STAGE_WAITING,
	IFAX_STAGE_HELD,
	IFAX_STAGE_ENGINE,
	IFAX_STAGE_FRONT,
	IFAX_STAGE_ENDED,
};

/**
 * struct ifax_page - a page
 * @node: in the job's list, in the order of the pages
 * @stage: how far it is
 * @format: what it is coded in; length_lines is exact once a page was checked
 * @document: printer: number of its document in the job
 * @record: what the user will learn about it
 * @store: coded bytes
 * @codec: working memory of @encoder or @decoder
 * @encoder: while the page is scanned
 * @bounce: scanned lines are coded here, then go to @store
 * @bounce_bytes: room in @bounce for lines; behind it is room for what ends a page
 * @bounce_at: next byte of @bounce that goes
 * @bounce_end: behind the last one
 * @moved: its first lines have passed
 * @underruns: printed sheets that were spoilt by one; from here on, printer
 * @is_back: it comes onto the back of the page before it
 * @paper: paper that @fit is for
 * @fit: how it comes onto paper
 * @sheet_nr: number of the sheet that is printed or comes next, from 0
 * @lines_before: lines on the sheets before that
 * @sheet: what the driver was told about it
 * @has_tray: its tray is one that the engine told of
 * @paper_wait_ns: when it began to wait for paper, 0: it does not
 * @turned: bitmap of the turned page, if it is to be turned; empty until then
 * @decoder: while the page is checked or printed
 * @scaler: between @decoder and the engine, if the page is scaled; with its memory
 * @source: input of @decoder
 */
struct ifax_page {
	struct list_head node;
	enum ifax_stage stage;
	struct ifax_format format;
	u32 document;
	struct ifax_page_record record;
	struct ifax_store store;
	void *codec;
	struct ifax_encoder *encoder;
	void *bounce;
	size_t bounce_bytes;
	size_t bounce_at;
	size_t bounce_end;
	bool moved;
	u32 underruns;
	bool is_back;
	struct ifax_fit_paper paper;
	struct ifax_fit fit;
	u32 sheet_nr;
	u32 lines_before;
	struct ifax_sheet sheet;
	bool has_tray;
	u64 paper_wait_ns;
	struct ifax_store turned;
	struct ifax_decoder *decoder;
	struct ifax_scaler *scaler;
	struct ifax_store_source source;
};

struct ifax_codec_format ifax_page_codec_format(const struct ifax_format *format);
struct ifax_page *ifax_page_alloc(const struct ifax_format *format, struct ifax_budget *budget,
				  gfp_t gfp);
void ifax_page_free(struct ifax_page *page);

int ifax_page_encode_begin(struct ifax_page *page);
u32 ifax_page_encode(struct ifax_page *page, const void *rows, size_t stride, u32 lines);
bool ifax_page_flush(struct ifax_page *page);
void ifax_page_encode_end(struct ifax_page *page);
const u8 *ifax_page_peek(const struct ifax_page *page, size_t *bytes);
void ifax_page_consume(struct ifax_page *page, size_t bytes);

int ifax_page_decode_begin(struct ifax_page *page);
int ifax_page_sheet_begin(struct ifax_page *page);
u32 ifax_page_decode(struct ifax_page *page, void *rows, size_t stride, u32 lines);
void ifax_page_decode_end(struct ifax_page *page);
int ifax_page_check(struct ifax_page *page, u32 lines_max);

/* turn.c */
int ifax_page_turn(struct ifax_page *page);

#endif /* _IFAX_PAGE_H */
