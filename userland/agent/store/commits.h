/* SPDX-License-Identifier: GPL-2.0 */
/*
 * commits: what has to be on disk before something else may happen
 *
 * The event loop never waits for the disk. What it commits to the database is seen by
 * everybody at once, and is made durable by a thread soon after: one sync for all
 * that came until it began. Whoever has to know (because he will tell a peer, move
 * paper, or remove a file) is told then. Files are synced by threads, too.
 */
#ifndef IFAX_COMMITS_H
#define IFAX_COMMITS_H

#include <stdbool.h>

#include "pool.h"
#include "spool.h"

struct commits;
struct station;

/**
 * struct commit - somebody who waits until all that he stored is on disk
 * @store: called first, within one transaction for all; false: nothing is stored, for
 *	nobody. NULL: it is stored already. If another program has the database locked
 *	the call comes later, when it has not
 * @done: called in the event loop; @err: 0, or an errno: it is not on disk
 * @arg: for both
 * @next: the commits'
 * @waiting: the commits'; to be told
 *
 * It stays with its owner, who calls commits_forget() before it goes.
 */
struct commit {
	bool (*store)(void *arg);
	void (*done)(void *arg, int err);
	void *arg;
	struct commit *next;
	bool waiting;
};

/**
 * struct file_commit - a file that is to be on disk, in its place
 * @file: the callee's until @done; after an error it is gone
 * @place: where it is to be. If it was made there, the place is synced with what is
 *	committed to the database next, for all files at once; who reads in the database of
 *	a file that is not there knows that nobody was told of it
 * @prepare: called first, in a thread; returns 0 or an errno. May be NULL
 * @done: called in the event loop; @err: 0 or an errno
 * @arg: for both
 * @task: the commits'
 * @err: the commits'
 */
struct file_commit {
	struct spool_file *file;
	enum spool_place place;
	int (*prepare)(void *arg);
	void (*done)(void *arg, int err);
	void *arg;
	struct pool_task task;
	int err;
};

struct commits *commits_create(struct station *station);

/** commits_add - have somebody told; once, if he waits already */
void commits_add(struct commits *commits, struct commit *commit);
/** commits_forget - he is not told any more; what he stored is */
void commits_forget(struct commits *commits, struct commit *commit);

/** commits_file - sync a file, and put it into its place */
void commits_file(struct commits *commits, struct file_commit *commit);

/**
 * commits_keep - have a file synced that was made in its place
 *
 * A power cut may leave what the database says of it, and not the file: this is for what
 * may be lost then, and nothing else.
 *
 * Return: false: no memory; the file is gone.
 */
bool commits_keep(struct commits *commits, struct spool_file *file);

/** commits_drain - wait until everything is on disk, and everybody was told */
void commits_drain(struct commits *commits);

/** commits_free - after commits_drain(); NULL is allowed */
void commits_free(struct commits *commits);

#endif /* IFAX_COMMITS_H */
