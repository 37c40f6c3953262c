/* SPDX-License-Identifier: GPL-2.0 */
/*
 * inspection: whether a mail can be printed, while its sender waits for the reply
 *
 * A worker opens the mail as it would be opened later, and what it finds is thrown
 * away. Few run at a time, and each has to be done soon: a mail that was not looked
 * into in time is as good as any.
 */
#ifndef IFAX_INSPECTION_H
#define IFAX_INSPECTION_H

#include <stddef.h>

struct inspection;
struct station;

/**
 * struct inspections - what is under way and what waits; zeroed at the begin
 * @first: the one that came first
 * @running: have a worker
 */
struct inspections {
	struct inspection *first;
	unsigned int running;
};

/**
 * inspection_start - look into a mail
 * @all: those that are to be done one after the other
 * @station: the station
 * @message_file: in the spool; written whole
 * @done: called once, never from within: @fault: why no page of it can be printed, for people;
 *	NULL: it can, or nobody knows. The inspection is freed after it
 * @arg: for @done
 *
 * Return: the inspection; NULL: it cannot begin, and nothing is called.
 */
struct inspection *inspection_start(struct inspections *all, struct station *station,
				    const char *message_file,
				    void (*done)(void *arg, const char *fault), void *arg);

/** inspection_cancel - end it without a call of @done; NULL is allowed */
void inspection_cancel(struct inspection *inspection);

/** inspections_end - forget those whose worker is still there */
void inspections_end(struct inspections *all);

#endif /* IFAX_INSPECTION_H */
