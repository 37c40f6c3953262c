/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page store: the coded bytes of a page in chunks of one memory page each, so
 * that a page of any size needs no allocation of a higher order.
 */
#ifndef _IFAX_PAGE_STORE_H
#define _IFAX_PAGE_STORE_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/ifax/codec.h>

struct ifax_chunk;

/**
 * struct ifax_budget - memory that the stores of a device may take together
 * @limit_bytes: most of it; 0: what the module's parameter says
 * @used_bytes: memory in chunks now
 */
struct ifax_budget {
	u64 limit_bytes;
	atomic64_t used_bytes;
};

u64 ifax_budget_bytes(const struct ifax_budget *budget);
bool ifax_budget_room(const struct ifax_budget *budget);

/**
 * struct ifax_store - coded bytes: appended at one end, read at the other
 * @budget: who pays
 * @first: chunk with the next byte to read
 * @last: chunk with the next byte to write
 * @first_at: bytes of @first that were read
 * @last_fill: bytes of @last that were written
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
};

void ifax_store_init(struct ifax_store *store, struct ifax_budget *budget);
void ifax_store_clear(struct ifax_store *store);
int ifax_store_append(struct ifax_store *store, const void *data, size_t bytes);
ssize_t ifax_store_append_user(struct ifax_store *store, const void __user *data, size_t bytes);
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
