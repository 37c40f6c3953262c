/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured: one page, one coding, by one implementation. */
#ifndef CODEC_BENCH_H
#define CODEC_BENCH_H

#include <linux/ifax/codec.h>
#include "page.h"

struct bench_run {
	const struct page *page;
	struct ifax_codec_format fmt;
	u8 *coded;		/* input of the decoder */
	size_t coded_bytes;
	u8 *rows;		/* output of the decoder */
	u8 *out;		/* output of the encoder */
	size_t room;
	void *priv;
};

struct bench_impl {
	const char *name;
	void (*begin)(struct bench_run *run);
	size_t (*encode)(struct bench_run *run);
	size_t (*decode)(struct bench_run *run);
	void (*end)(struct bench_run *run);
	/* coded data of the page, which the caller frees; not of bench_ifax */
	size_t (*reference)(const struct bench_run *run, u8 **coded);
};

extern const struct bench_impl bench_ifax;
extern const struct bench_impl bench_libtiff;
extern const struct bench_impl bench_jbigkit;

#endif
