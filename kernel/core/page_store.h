/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page store: the coded bytes of a page in chunks of one memory page each, so
 * that a page of any size needs no allocation of a higher order.
 *
 * While a sheet moves nothing is allocated: bytes go into spare chunks, which
 * were laid in before. What was read becomes spare again.
 */
#ifndef _IFAX_PAGE_STORE_H
#define _IFAX_PAGE_STORE_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <linux/uio.h>
#include <linux/ifax/codec.h>

#include "budget.h"

struct ifax_chunk;

/* Who needs a chunk can wait for it, and go on without: nobody is killed for it */
#define IFAX_CHUNK_GFP		(GFP_KERNEL | __GFP_RETRY_MAYFAIL)

/**
 * struct ifax_store - coded bytes: appended at one end, read at the other
 * @budget: who pays
 * @first: chunk with the next byte to read
 * @last: chunk with the next byte to write
 * @first_at: bytes of @first that were read
 * @last_fill: bytes of @last that were written
 * @spare: chunks for bytes to come
 * @spares: their number
 * @spares_max: most of them
 *
 * The caller locks. One reader may use what ifax_store_peek() gave without a
 * lock while a writer appends.
 */
struct ifax_store {
	struct ifax_budget *budget;
	struct ifax_chunk *first;
	struct ifax_chunk *last;
	size_t first_at;
	size_t last_fill;
	struct ifax_chunk *spare;
	u32 spares;
	u32 spares_max;
};

struct ifax_chunk *ifax_chunk_alloc(struct ifax_budget *budget, gfp_t gfp);
void ifax_chunk_free(struct ifax_budget *budget, struct ifax_chunk *chunk);

void ifax_store_init(struct ifax_store *store, struct ifax_budget *budget);
void ifax_store_clear(struct ifax_store *store);
int ifax_store_stock(struct ifax_store *store, u32 spares_max);
bool ifax_store_lay_in(struct ifax_store *store, struct ifax_chunk *chunk);
void ifax_store_end_spares(struct ifax_store *store);
u32 ifax_store_pieces(size_t bytes);
int ifax_store_blank(struct ifax_store *store, size_t bytes, u8 **pieces);
u8 *ifax_store_at(u8 **pieces, size_t at);
size_t ifax_store_append(struct ifax_store *store, const void *data, size_t bytes);
ssize_t ifax_store_append_iter(struct ifax_store *store, struct iov_iter *from, gfp_t gfp);
const u8 *ifax_store_peek(const struct ifax_store *store, size_t *bytes);
void ifax_store_consume(struct ifax_store *store, size_t bytes);

/**
 * struct ifax_store_source - a store as the input of a decoder
 * @in: what the decoder takes
 * @store: bytes; must not change meanwhile
 * @next: chunk that comes after the piece in @in
 */
struct ifax_store_source {
	struct ifax_bytes in;
	const struct ifax_store *store;
	const struct ifax_chunk *next;
};

void ifax_store_source_init(struct ifax_store_source *source, const struct ifax_store *store);

#endif /* _IFAX_PAGE_STORE_H */
