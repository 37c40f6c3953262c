// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "page_store.h"

/**
 * struct ifax_chunk - one memory page of coded bytes
 * @next: the chunk after it
 * @data: bytes
 */
struct ifax_chunk {
	struct ifax_chunk *next;
	u8 data[PAGE_SIZE - sizeof(struct ifax_chunk *)];
};

#define CHUNK_BYTES	sizeof_field(struct ifax_chunk, data)
static_assert(sizeof(struct ifax_chunk) == PAGE_SIZE);

/**
 * ifax_chunk_alloc() - a chunk for a store
 * @budget: who pays
 * @gfp: how
 *
 * Return: the chunk, or ERR_PTR(): -ENOSPC if the budget is used up, -ENOMEM.
 */
struct ifax_chunk *ifax_chunk_alloc(struct ifax_budget *budget, gfp_t gfp)
{
	struct ifax_chunk *chunk;
	int err;

	err = ifax_budget_charge(budget);
	if (err)
		return ERR_PTR(err);
	chunk = (struct ifax_chunk *)__get_free_page(gfp | __GFP_ACCOUNT | __GFP_NOWARN);
	if (!chunk) {
		ifax_budget_uncharge(budget);
		return ERR_PTR(-ENOMEM);
	}
	chunk->next = NULL;
	return chunk;
}

/**
 * ifax_chunk_free() - free a chunk that is in no store
 * @budget: who paid
 * @chunk: chunk
 */
void ifax_chunk_free(struct ifax_budget *budget, struct ifax_chunk *chunk)
{
	free_page((unsigned long)chunk);
	ifax_budget_uncharge(budget);
}

static void chunks_free(struct ifax_budget *budget, struct ifax_chunk *chunk)
{
	while (chunk) {
		struct ifax_chunk *next = chunk->next;

		ifax_chunk_free(budget, chunk);
		chunk = next;
	}
}

/**
 * ifax_store_init() - begin an empty store
 * @store: store
 * @budget: who pays for its chunks
 */
void ifax_store_init(struct ifax_store *store, struct ifax_budget *budget)
{
	memset(store, 0, sizeof(*store));
	store->budget = budget;
}

/**
 * ifax_store_clear() - free all chunks
 * @store: store; empty afterwards
 */
void ifax_store_clear(struct ifax_store *store)
{
	chunks_free(store->budget, store->first);
	chunks_free(store->budget, store->spare);
	ifax_store_init(store, store->budget);
}

/**
 * ifax_store_stock() - lay spare chunks in, as many as there are
 * @store: store that nobody else knows yet
 * @spares_max: most of them, also later
 *
 * Return: 0; -ENOSPC or -ENOMEM if there is not one.
 */
int ifax_store_stock(struct ifax_store *store, u32 spares_max)
{
	struct ifax_chunk *chunk;

	store->spares_max = spares_max;
	while (store->spares < spares_max) {
		chunk = ifax_chunk_alloc(store->budget, IFAX_CHUNK_GFP);
		if (IS_ERR(chunk))
			return store->spares ? 0 : PTR_ERR(chunk);
		ifax_store_lay_in(store, chunk);
	}
	return 0;
}

/**
 * ifax_store_lay_in() - give a store a spare chunk
 * @store: store
 * @chunk: chunk, paid from the same budget
 *
 * Return: true; false if it has as many as it wants, and the caller keeps the
 * chunk.
 */
bool ifax_store_lay_in(struct ifax_store *store, struct ifax_chunk *chunk)
{
	if (store->spares >= store->spares_max)
		return false;
	chunk->next = store->spare;
	store->spare = chunk;
	store->spares++;
	return true;
}

/**
 * ifax_store_end_spares() - nothing will be appended but what fits
 * @store: store; spare chunks are freed
 */
void ifax_store_end_spares(struct ifax_store *store)
{
	chunks_free(store->budget, store->spare);
	store->spare = NULL;
	store->spares = 0;
	store->spares_max = 0;
}

static size_t store_room(const struct ifax_store *store)
{
	return store->last ? CHUNK_BYTES - store->last_fill : 0;
}

static void store_link(struct ifax_store *store, struct ifax_chunk *chunk)
{
	chunk->next = NULL;
	if (store->last)
		store->last->next = chunk;
	else
		store->first = chunk;
	store->last = chunk;
	store->last_fill = 0;
}

static bool store_link_spare(struct ifax_store *store)
{
	struct ifax_chunk *chunk = store->spare;

	if (!chunk)
		return false;
	store->spare = chunk->next;
	store->spares--;
	store_link(store, chunk);
	return true;
}

/**
 * ifax_store_pieces() - pieces that so many bytes lie in
 * @bytes: number of bytes
 *
 * Return: their number.
 */
u32 ifax_store_pieces(size_t bytes)
{
	return DIV_ROUND_UP(bytes, CHUNK_BYTES);
}

/**
 * ifax_store_blank() - fill a store with zeros that are written in any order
 * @store: empty store; nobody else uses it meanwhile
 * @bytes: number of bytes, not 0
 * @pieces: room for ifax_store_pieces(@bytes), for ifax_store_at()
 *
 * Return: 0; -ENOSPC if the budget is used up, -ENOMEM.
 */
int ifax_store_blank(struct ifax_store *store, size_t bytes, u8 **pieces)
{
	u32 i, count = ifax_store_pieces(bytes);
	struct ifax_chunk *chunk;

	for (i = 0; i < count; i++) {
		chunk = ifax_chunk_alloc(store->budget, IFAX_CHUNK_GFP | __GFP_ZERO);
		if (IS_ERR(chunk)) {
			ifax_store_clear(store);
			return PTR_ERR(chunk);
		}
		store_link(store, chunk);
		pieces[i] = chunk->data;
		cond_resched();
	}
	store->last_fill = bytes - (count - 1) * CHUNK_BYTES;
	return 0;
}

/**
 * ifax_store_at() - a byte of a store that was blank
 * @pieces: what ifax_store_blank() gave
 * @at: its number
 *
 * Return: the byte.
 */
u8 *ifax_store_at(u8 **pieces, size_t at)
{
	return pieces[at / CHUNK_BYTES] + at % CHUNK_BYTES;
}

/**
 * ifax_store_append() - append bytes for as long as there are spare chunks
 * @store: store
 * @data: bytes
 * @bytes: number of bytes
 *
 * Return: bytes appended.
 */
size_t ifax_store_append(struct ifax_store *store, const void *data, size_t bytes)
{
	size_t done = 0, n;

	while (done < bytes) {
		if (!store_room(store) && !store_link_spare(store))
			break;
		n = min(bytes - done, store_room(store));
		memcpy(store->last->data + store->last_fill, data + done, n);
		store->last_fill += n;
		done += n;
	}
	return done;
}

/**
 * ifax_store_append_iter() - append bytes of a user for as long as there is room
 * @store: store; nobody else uses it meanwhile
 * @from: bytes
 * @gfp: how to allocate chunks
 *
 * Return: bytes appended, or, if none was: -ENOSPC if the budget is used up,
 * -ENOMEM, -EFAULT.
 */
ssize_t ifax_store_append_iter(struct ifax_store *store, struct iov_iter *from, gfp_t gfp)
{
	struct ifax_chunk *chunk;
	size_t done = 0, n, got;

	while (iov_iter_count(from)) {
		if (!store_room(store)) {
			chunk = ifax_chunk_alloc(store->budget, gfp);
			if (IS_ERR(chunk))
				return done ?: PTR_ERR(chunk);
			store_link(store, chunk);
		}
		n = min(iov_iter_count(from), store_room(store));
		got = copy_from_iter(store->last->data + store->last_fill, n, from);
		store->last_fill += got;
		done += got;
		if (got < n)
			return done ?: -EFAULT;
	}
	return done;
}

/**
 * ifax_store_peek() - the next bytes to read, in one piece
 * @store: store
 * @bytes: set to the length of the piece, 0 if there is nothing to read
 *
 * Return: the piece; it stays until ifax_store_consume().
 */
const u8 *ifax_store_peek(const struct ifax_store *store, size_t *bytes)
{
	if (!store->first) {
		*bytes = 0;
		return NULL;
	}
	*bytes = (store->first == store->last ? store->last_fill : CHUNK_BYTES) - store->first_at;
	return store->first->data + store->first_at;
}

/**
 * ifax_store_consume() - drop bytes that were read
 * @store: store
 * @bytes: as many as ifax_store_peek() gave, or fewer
 *
 * A chunk that was read whole is spare, or freed.
 */
void ifax_store_consume(struct ifax_store *store, size_t bytes)
{
	struct ifax_chunk *chunk = store->first;

	store->first_at += bytes;
	if (store->first_at < CHUNK_BYTES)
		return;
	store->first = chunk->next;
	store->first_at = 0;
	if (store->last == chunk)
		store->last = NULL;
	if (!ifax_budget_kept(store->budget) || !ifax_store_lay_in(store, chunk))
		ifax_chunk_free(store->budget, chunk);
}

static bool source_more(struct ifax_bytes *in)
{
	struct ifax_store_source *source = container_of(in, struct ifax_store_source, in);
	const struct ifax_chunk *chunk = source->next;
	size_t bytes;

	if (!chunk)
		return false;
	bytes = chunk == source->store->last ? source->store->last_fill : CHUNK_BYTES;
	if (!bytes)
		return false;
	source->next = chunk->next;
	in->at = chunk->data;
	in->end = chunk->data + bytes;
	return true;
}

/**
 * ifax_store_source_init() - begin to decode from a store
 * @source: source
 * @store: store of which nothing was consumed
 */
void ifax_store_source_init(struct ifax_store_source *source, const struct ifax_store *store)
{
	source->in = (struct ifax_bytes){ .more = source_more };
	source->store = store;
	source->next = store->first;
	source_more(&source->in);
}
