/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured: one page, one coding, by one implementation. */
#ifndef CODEC_BENCH_H
#define CODEC_BENCH_H

#include <linux/ifax/codec.h>
#include "page.h"

struct bench_run {
	const struct page *page;
	struct ifax_codec_format fmt;
	const u8 *coded;	/* what the reference made of the page: input of the decoder */
	size_t coded_bytes;
	u8 *rows;		/* output of the decoder */
	u8 *out;		/* output of the encoder */
	size_t out_bytes;
	size_t room;
	void *priv;
};

/**
 * struct bench_impl - one implementation
 * @name: as in the table
 * @flags: of what it encodes, if they are others than those asked for
 * @can: does it have this coding?
 * @begin: make ready, not measured
 * @encode: the page; NULL: it cannot
 * @decode: run->coded; NULL: it cannot
 * @fetch: move results to run->rows or run->out, not measured; may be NULL
 * @end: undo begin
 */
struct bench_impl {
	const char *name;
	u32 flags;
	bool (*can)(u32 coding);
	void (*begin)(struct bench_run *run);
	void (*encode)(struct bench_run *run);
	void (*decode)(struct bench_run *run);
	void (*fetch)(struct bench_run *run, bool decoded);
	void (*end)(struct bench_run *run);
};

extern const struct bench_impl bench_ifax;
extern const struct bench_impl bench_libtiff;
extern const struct bench_impl bench_jbigkit;
extern const struct bench_impl bench_spandsp;
extern const struct bench_impl bench_ffmpeg;

#endif
