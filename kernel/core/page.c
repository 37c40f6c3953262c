// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "page.h"

/* A check looks for signals and other work after so many lines. */
#define CHECK_LINES	64

/**
 * ifax_page_codec_format() - the codec's part of a format
 * @format: format
 *
 * Return: the part.
 */
struct ifax_codec_format ifax_page_codec_format(const struct ifax_format *format)
{
	return (struct ifax_codec_format){
		.coding = format->coding,
		.flags = format->flags,
		.width_px = format->width_px,
		.length_lines = format->length_lines,
		.k = format->k,
	};
}

/**
 * ifax_page_alloc() - a page without data
 * @format: its format
 * @budget: who pays for its data
 * @gfp: how to allocate it
 *
 * Return: the page or NULL.
 */
struct ifax_page *ifax_page_alloc(const struct ifax_format *format, struct ifax_budget *budget,
				  gfp_t gfp)
{
	struct ifax_page *page = kzalloc(sizeof(*page), gfp | __GFP_ACCOUNT);

	if (!page)
		return NULL;
	INIT_LIST_HEAD(&page->node);
	page->format = *format;
	ifax_store_init(&page->store, budget);
	ifax_store_init(&page->turned, budget);
	return page;
}

/**
 * ifax_page_free() - free a page and all that it holds
 * @page: page, in no list, or NULL
 */
void ifax_page_free(struct ifax_page *page)
{
	if (!page)
		return;
	ifax_store_clear(&page->store);
	ifax_store_clear(&page->turned);
	kvfree(page->bounce);
	kvfree(page->scaler);
	kvfree(page->codec);
	kfree(page);
}

/* Memory that is never of a higher order than a page is; who asked is told if there is none */
static void *page_memory(size_t bytes)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN;

	return bytes <= PAGE_SIZE ? kmalloc(bytes, gfp) : __vmalloc(bytes, gfp);
}

/**
 * ifax_page_encode_begin() - allocate and begin the encoder
 * @page: page that will be scanned
 *
 * Return: 0 or -ENOMEM.
 */
int ifax_page_encode_begin(struct ifax_page *page)
{
	const struct ifax_codec_format fmt = ifax_page_codec_format(&page->format);

	page->bounce_bytes = max_t(size_t, PAGE_SIZE, ifax_encoder_line_bound(&fmt));
	page->bounce = page_memory(page->bounce_bytes + ifax_encoder_line_bound(&fmt));
	page->codec = page_memory(ifax_encoder_size(&fmt));
	if (!page->bounce || !page->codec)
		return -ENOMEM;
	page->encoder = ifax_encoder_init(page->codec, &fmt);
	return page->encoder ? 0 : -EINVAL;
}

/**
 * ifax_page_encode() - encode lines into the bounce
 * @page: page under the sensor
 * @rows: lines of pixels
 * @stride: bytes from one line to the next
 * @lines: number of lines
 *
 * Return: lines encoded; fewer than @lines if the bounce is full.
 */
u32 ifax_page_encode(struct ifax_page *page, const void *rows, size_t stride, u32 lines)
{
	size_t bytes;
	u32 done;

	bytes = ifax_encode_lines(page->encoder, rows, stride, lines,
				  page->bounce + page->bounce_end,
				  page->bounce_bytes - page->bounce_end, &done);
	page->bounce_end += bytes;
	page->record.bytes += bytes;
	page->record.lines += done;
	return done;
}

/**
 * ifax_page_flush() - what is in the bounce goes to the store
 * @page: page
 *
 * Context: the store is locked; while the page is under the sensor, only
 * whoever encodes.
 * Return: true if nothing is left in the bounce.
 */
bool ifax_page_flush(struct ifax_page *page)
{
	page->bounce_at += ifax_store_append(&page->store, page->bounce + page->bounce_at,
					     page->bounce_end - page->bounce_at);
	if (page->bounce_at < page->bounce_end)
		return false;
	page->bounce_at = 0;
	page->bounce_end = 0;
	return true;
}

/**
 * ifax_page_encode_end() - append what ends the coded data, free the encoder
 * @page: page
 *
 * What finds no room in the store stays in the bounce and is read from there.
 */
void ifax_page_encode_end(struct ifax_page *page)
{
	const struct ifax_codec_format fmt = ifax_page_codec_format(&page->format);
	size_t room = page->bounce_bytes + ifax_encoder_line_bound(&fmt) - page->bounce_end;
	size_t bytes;

	bytes = ifax_encode_end(page->encoder, page->bounce + page->bounce_end, room);
	page->bounce_end += bytes;
	page->record.bytes += bytes;
	page->encoder = NULL;
	kvfree(page->codec);
	page->codec = NULL;
	ifax_page_flush(page);
	ifax_store_end_spares(&page->store);
}

/**
 * ifax_page_peek() - the next bytes to read, in one piece
 * @page: page that is or was scanned
 * @bytes: set to the length of the piece, 0 if there is nothing to read
 *
 * Return: the piece; it stays until ifax_page_consume().
 */
const u8 *ifax_page_peek(const struct ifax_page *page, size_t *bytes)
{
	const u8 *piece = ifax_store_peek(&page->store, bytes);

	if (*bytes || page->stage != IFAX_STAGE_ENDED || !page->bounce)
		return piece;
	*bytes = page->bounce_end - page->bounce_at;
	return page->bounce + page->bounce_at;
}

/**
 * ifax_page_consume() - drop bytes that were read
 * @page: page
 * @bytes: as many as ifax_page_peek() gave, or fewer
 */
void ifax_page_consume(struct ifax_page *page, size_t bytes)
{
	size_t stored;

	ifax_store_peek(&page->store, &stored);
	if (stored)
		ifax_store_consume(&page->store, bytes);
	else
		page->bounce_at += bytes;
}

static int decode_begin(struct ifax_page *page, const struct ifax_store *store,
			const struct ifax_codec_format *fmt)
{
	page->codec = page_memory(ifax_decoder_size(fmt));
	if (!page->codec)
		return -ENOMEM;
	ifax_store_source_init(&page->source, store);
	page->decoder = ifax_decoder_init(page->codec, fmt, &page->source.in);
	if (!page->decoder) {
		ifax_page_decode_end(page);
		return -EINVAL;
	}
	return 0;
}

/**
 * ifax_page_decode_begin() - allocate the decoder and begin with the first line
 * @page: page that was written whole
 *
 * Return: 0 or -ENOMEM.
 */
int ifax_page_decode_begin(struct ifax_page *page)
{
	const struct ifax_codec_format fmt = ifax_page_codec_format(&page->format);
	int err = decode_begin(page, &page->store, &fmt);

	if (!err && page->format.conceal)
		ifax_decoder_conceal(page->decoder);
	return err;
}

static struct ifax_codec_format turned_format(const struct ifax_page *page)
{
	return (struct ifax_codec_format){
		.coding = IFAX_CODING_RAW,
		.width_px = page->format.length_lines,
		.length_lines = page->format.width_px,
	};
}

/* The bitmap stays until the page has ended: other sheets and copies come from it, too */
static int turned_begin(struct ifax_page *page)
{
	const struct ifax_codec_format fmt = turned_format(page);
	int err;

	if (!page->turned.first) {
		err = ifax_page_decode_begin(page);
		if (!err)
			err = ifax_page_turn(page);
		ifax_page_decode_end(page);
		if (err)
			return err;
	}
	return decode_begin(page, &page->turned, &fmt);
}

static int scale_begin(struct ifax_page *page, const struct ifax_codec_format *fmt)
{
	struct ifax_scale scale = page->fit.scale;
	u32 first = ifax_fit_first_line(&page->fit, page->sheet_nr);
	void *mem;

	if (!first && scale.x_from == scale.x_to && scale.y_from == scale.y_to &&
	    !scale.left_px && scale.width_px == fmt->width_px)
		return 0;
	scale.top_lines = -(s32)first;
	mem = page_memory(ifax_scaler_size(&scale, fmt));
	if (!mem)
		return -ENOMEM;
	page->scaler = ifax_scaler_init(mem, &scale, fmt, page->decoder);
	if (page->scaler)
		return 0;
	kvfree(mem);
	return -EINVAL;
}

/**
 * ifax_page_sheet_begin() - begin to decode what comes onto the next sheet
 * @page: page with &ifax_page.fit and &ifax_page.sheet_nr
 *
 * Return: 0; -ENOSPC: the budget has no room to turn it; -ENOMEM.
 */
int ifax_page_sheet_begin(struct ifax_page *page)
{
	const struct ifax_codec_format fmt = page->fit.turned ? turned_format(page) :
					     ifax_page_codec_format(&page->format);
	int err = page->fit.turned ? turned_begin(page) : ifax_page_decode_begin(page);

	if (!err)
		err = scale_begin(page, &fmt);
	if (err)
		ifax_page_decode_end(page);
	return err;
}

/**
 * ifax_page_decode() - the next lines, scaled or not
 * @page: page
 * @rows: lines of pixels go here
 * @stride: bytes from one line to the next
 * @lines: most lines to decode
 *
 * Return: lines; fewer than @lines only at the end of the page.
 */
u32 ifax_page_decode(struct ifax_page *page, void *rows, size_t stride, u32 lines)
{
	return page->scaler ? ifax_scale_lines(page->scaler, rows, stride, lines) :
			      ifax_decode_lines(page->decoder, rows, stride, lines);
}

/**
 * ifax_page_decode_end() - free decoder and scaler
 * @page: page
 */
void ifax_page_decode_end(struct ifax_page *page)
{
	kvfree(page->scaler);
	page->scaler = NULL;
	kvfree(page->codec);
	page->codec = NULL;
	page->decoder = NULL;
}

/* Line of the first fault in the coded data, 0 if all is well, or an error. */
static int page_find_fault(struct ifax_page *page, u32 lines_max, u32 *fault_line)
{
	const struct ifax_fault_report *report;
	u32 lines = 0, n;

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		n = ifax_decode_lines(page->decoder, NULL, 0, CHECK_LINES);
		lines += n;
		cond_resched();
	} while (n == CHECK_LINES && lines <= lines_max);

	page->record.bad_lines = ifax_decoder_damage(page->decoder)->bad_lines;
	report = ifax_decoder_fault(page->decoder);
	if (report->fault)
		*fault_line = report->line;
	else if (!lines)
		*fault_line = 1;
	else if (lines > lines_max)
		*fault_line = lines_max + 1;
	else
		page->format.length_lines = lines;
	return 0;
}

/**
 * ifax_page_check() - decode a page once, to nowhere
 * @page: page that was written whole
 * @lines_max: most lines it may have
 *
 * Sets the exact length in the format, the number of bad lines in the record, and
 * the line of the first fault that was not concealed.
 *
 * Return: 0; -EBADMSG if the data is wrong; -ENOMEM; -EINTR.
 */
int ifax_page_check(struct ifax_page *page, u32 lines_max)
{
	u32 fault_line = 0;
	int err;

	err = ifax_page_decode_begin(page);
	if (err)
		return err;
	err = page_find_fault(page, lines_max, &fault_line);
	ifax_page_decode_end(page);
	if (err || !fault_line)
		return err;
	page->record.fault_line = fault_line;
	return -EBADMSG;
}
