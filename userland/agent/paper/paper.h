/* SPDX-License-Identifier: GPL-2.0 */
/*
 * paper: the progress file of a paper worker
 *
 * Paper that has moved cannot be asked again, so the worker itself writes each
 * of its lines to disk before it goes on. The worker holds the file locked: a
 * daemon that was killed and started again waits until the worker that it
 * does not know any more has ended, and then reads what became of the pages.
 */
#ifndef IFAX_PAPER_H
#define IFAX_PAPER_H

#include <stdbool.h>

#include "store/spool.h"

/**
 * paper_open - open and lock a progress file
 *
 * Return: a descriptor for the worker, or a negative errno; -EBUSY: a worker has it.
 */
int paper_open(struct spool *spool, const char *name);

/** paper_settled - the names of progress and page files are on disk: paper may move */
bool paper_settled(const struct spool *spool);

/**
 * paper_replay - read a progress file
 * @line: called with each line
 * @arg: for @line
 *
 * Return: 1: it ends with a line "ok ...", 0: it does not, or a negative errno.
 */
int paper_replay(int fd, void (*line)(void *arg, const char *line), void *arg);

#endif /* IFAX_PAPER_H */
