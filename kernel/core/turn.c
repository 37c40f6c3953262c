// SPDX-License-Identifier: GPL-2.0
/*
 * A page turned by 90 degrees against the clock, as a bitmap in a page store: the
 * last column becomes the first line. All of its lines are needed for that.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "page.h"

#define BLOCK	8	/* pixels of a byte, and lines that are turned at a time */

/* Rows of eight pixels, the first one in the most significant byte, become columns */
static u64 transposed(u64 block)
{
	u64 swap;

	swap = (block ^ block >> 7) & 0x00aa00aa00aa00aaULL;
	block ^= swap ^ swap << 7;
	swap = (block ^ block >> 14) & 0x0000cccc0000ccccULL;
	block ^= swap ^ swap << 14;
	swap = (block ^ block >> 28) & 0x00000000f0f0f0f0ULL;
	return block ^ swap ^ swap << 28;
}

/**
 * struct turning - a page being turned
 * @pieces: the turned page
 * @width_px: width of the page that is turned
 * @stride: bytes of a line of the turned one
 * @rows: BLOCK lines of the page
 * @row_bytes: bytes of one
 */
struct turning {
	u8 **pieces;
	u32 width_px;
	size_t stride;
	u8 *rows;
	size_t row_bytes;
};

/* Column @x of the block becomes byte @at of its line */
static void turn_columns(struct turning *turning, u32 x, size_t at)
{
	u64 block = 0;
	u32 i;

	for (i = 0; i < BLOCK; i++)
		block = block << 8 | turning->rows[i * turning->row_bytes + x / BLOCK];
	if (!block)
		return;
	block = transposed(block);
	for (i = 0; i < BLOCK && x + i < turning->width_px; i++, block <<= 8)
		*ifax_store_at(turning->pieces, (turning->width_px - 1 - x - i) * turning->stride +
			       at) = block >> 56;
}

static void turn_lines(struct turning *turning, struct ifax_decoder *decoder)
{
	size_t at = 0;
	u32 lines, x;

	do {
		memset(turning->rows, 0, BLOCK * turning->row_bytes);
		lines = ifax_decode_lines(decoder, turning->rows, turning->row_bytes, BLOCK);
		for (x = 0; lines && x < turning->width_px; x += BLOCK)
			turn_columns(turning, x, at);
		at++;
		cond_resched();
	} while (lines == BLOCK);
}

/**
 * ifax_page_turn() - decode a page, turned, into &ifax_page.turned
 * @page: page between ifax_page_decode_begin() and its first line, of
 *	&ifax_format.length_lines lines
 *
 * Context: process.
 * Return: 0; -ENOSPC: the budget has no room for the bitmap; -ENOMEM.
 */
int ifax_page_turn(struct ifax_page *page)
{
	struct turning turning = {
		.width_px = page->format.width_px,
		.stride = DIV_ROUND_UP(page->format.length_lines, BLOCK),
		.row_bytes = DIV_ROUND_UP(page->format.width_px, BLOCK),
	};
	size_t bytes = turning.stride * turning.width_px;
	int err = -ENOMEM;

	/* Before memory is taken for a list of pieces that are not there */
	if (!ifax_budget_room(page->turned.budget, ifax_store_pieces(bytes)))
		return -ENOSPC;
	turning.pieces = kvmalloc_array(ifax_store_pieces(bytes), sizeof(u8 *),
					GFP_KERNEL_ACCOUNT);
	turning.rows = kvmalloc(BLOCK * turning.row_bytes, GFP_KERNEL_ACCOUNT);
	if (turning.pieces && turning.rows)
		err = ifax_store_blank(&page->turned, bytes, turning.pieces);
	if (!err)
		turn_lines(&turning, page->decoder);
	kvfree(turning.rows);
	kvfree(turning.pieces);
	return err;
}
