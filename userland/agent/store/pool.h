/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pool: a few threads for what blocks (fsync), so that the event loop never does
 */
#ifndef IFAX_POOL_H
#define IFAX_POOL_H

#include <event2/event.h>

struct pool;

/**
 * struct pool_task - something to do in a thread; its owner keeps it until @done
 * @work: runs in a thread; touches nothing that the event loop may touch meanwhile
 * @done: runs in the event loop when @work has returned
 * @arg: for both
 * @next: the pool's
 */
struct pool_task {
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
	struct pool_task *next;
};

/** pool_create - a pool of up to @threads, which are started when there is work */
struct pool *pool_create(struct event_base *base, unsigned int threads);

/** pool_run - have a task done; tasks begin in the order in which they come */
void pool_run(struct pool *pool, struct pool_task *task);

/** pool_drain - wait until everything is done, what was begun by @done included */
void pool_drain(struct pool *pool);

/** pool_free - after pool_drain(); NULL is allowed */
void pool_free(struct pool *pool);

#endif /* IFAX_POOL_H */
