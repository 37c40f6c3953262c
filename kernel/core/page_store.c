// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "page_store.h"

static unsigned int budget_kib = 64 * 1024;
module_param(budget_kib, uint, 0644);
MODULE_PARM_DESC(budget_kib, "memory for coded pages, per device, in KiB (default 65536)");

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
 * ifax_budget_bytes() - memory that a device may take for coded pages
 * @budget: budget
 *
 * Return: bytes; the administrator may change it at any time.
 */
u64 ifax_budget_bytes(const struct ifax_budget *budget)
{
	return READ_ONCE(budget->limit_bytes) ?: (u64)READ_ONCE(budget_kib) << 10;
}

/**
 * ifax_budget_room() - is there room for one more chunk?
 * @budget: budget
 *
 * Return: true if there is.
 */
bool ifax_budget_room(const struct ifax_budget *budget)
{
	return atomic64_read(&budget->used_bytes) + PAGE_SIZE <= ifax_budget_bytes(budget);
}

static struct ifax_chunk *chunk_alloc(struct ifax_budget *budget)
{
	struct ifax_chunk *chunk;

	if (atomic64_add_return(PAGE_SIZE, &budget->used_bytes) > ifax_budget_bytes(budget)) {
		atomic64_sub(PAGE_SIZE, &budget->used_bytes);
		return ERR_PTR(-ENOSPC);
	}
	chunk = (struct ifax_chunk *)__get_free_page(GFP_KERNEL | __GFP_NOWARN);
	if (!chunk) {
		atomic64_sub(PAGE_SIZE, &budget->used_bytes);
		return ERR_PTR(-ENOMEM);
	}
	chunk->next = NULL;
	return chunk;
}

static void chunk_free(struct ifax_budget *budget, struct ifax_chunk *chunk)
{
	free_page((unsigned long)chunk);
	atomic64_sub(PAGE_SIZE, &budget->used_bytes);
}

static void chunks_free(struct ifax_budget *budget, struct ifax_chunk *chunk)
{
	while (chunk) {
		struct ifax_chunk *next = chunk->next;

		chunk_free(budget, chunk);
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
	ifax_store_init(store, store->budget);
}

static size_t store_room(const struct ifax_store *store)
{
	return store->last ? CHUNK_BYTES - store->last_fill : 0;
}

static void store_link(struct ifax_store *store, struct ifax_chunk *chunk)
{
	if (store->last)
		store->last->next = chunk;
	else
		store->first = chunk;
}

/* The next free bytes of the store, from a chunk that is linked already. */
static u8 *store_room_at(struct ifax_store *store, size_t *bytes)
{
	if (!store_room(store)) {
		store->last = store->last ? store->last->next : store->first;
		store->last_fill = 0;
	}
	*bytes = min(*bytes, store_room(store));
	return store->last->data + store->last_fill;
}

/**
 * ifax_store_append() - append bytes, all or none
 * @store: store
 * @data: bytes
 * @bytes: number of bytes
 *
 * Return: 0, -ENOSPC if the budget is used up, -ENOMEM.
 */
int ifax_store_append(struct ifax_store *store, const void *data, size_t bytes)
{
	struct ifax_chunk *fresh = NULL, *chunk;
	size_t room, n;
	u8 *to;

	for (room = store_room(store); room < bytes; room += CHUNK_BYTES) {
		chunk = chunk_alloc(store->budget);
		if (IS_ERR(chunk)) {
			chunks_free(store->budget, fresh);
			return PTR_ERR(chunk);
		}
		chunk->next = fresh;
		fresh = chunk;
	}
	if (fresh)
		store_link(store, fresh);
	for (; bytes; data += n, bytes -= n) {
		n = bytes;
		to = store_room_at(store, &n);
		memcpy(to, data, n);
		store->last_fill += n;
	}
	return 0;
}

/**
 * ifax_store_append_user() - append bytes of a user for as long as there is room
 * @store: store; nobody else uses it meanwhile
 * @data: bytes
 * @bytes: number of bytes
 *
 * Return: bytes appended, or, if none was: -ENOSPC if the budget is used up,
 * -ENOMEM, -EFAULT.
 */
ssize_t ifax_store_append_user(struct ifax_store *store, const void __user *data, size_t bytes)
{
	struct ifax_chunk *chunk;
	size_t done = 0, n;
	int err = 0;
	u8 *to;

	while (done < bytes) {
		if (!store_room(store)) {
			chunk = chunk_alloc(store->budget);
			if (IS_ERR(chunk)) {
				err = PTR_ERR(chunk);
				break;
			}
			store_link(store, chunk);
		}
		n = bytes - done;
		to = store_room_at(store, &n);
		if (copy_from_user(to, data + done, n)) {
			err = -EFAULT;
			break;
		}
		store->last_fill += n;
		done += n;
	}
	return done ?: err;
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
	chunk_free(store->budget, chunk);
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
