/* SPDX-License-Identifier: GPL-2.0 */
/*
 * worker: a short-lived process that does what the daemon must not do itself
 *
 * It gets the file descriptors named here and no other, and tells what it did
 * on its standard output, line by line; the last line begins with "ok" or
 * "error". It ends with 0 (done), 1 (the input is at fault) or 2 (try again).
 */
#ifndef IFAX_WORKER_H
#define IFAX_WORKER_H

#include <event2/event.h>
#include <stdbool.h>

#define WORKER_FD_FIRST	3
#define WORKER_FDS	3

struct worker;

/**
 * enum worker_end - how a worker ended
 * @WORKER_DONE: it did its work
 * @WORKER_REFUSED: the input is at fault, trying again does not help
 * @WORKER_AGAIN: it could not do its work now
 * @WORKER_CRASHED: it was killed, or took too long
 */
enum worker_end { WORKER_DONE, WORKER_REFUSED, WORKER_AGAIN, WORKER_CRASHED };

/**
 * struct worker_task - what a worker is to do
 * @argv: program (looked up in PATH) and arguments, NULL at the end
 * @stdin_fd: its standard input, -1: none
 * @fd: become its descriptors 3, 4 and 5; -1: none. The caller closes its own
 * @deadline_ms: killed after so long; 0: never
 * @line: called with each line as it comes, may be NULL
 * @ended: called once; @text is the last line, without its "ok" or "error",
 *	or tells how it was killed. The worker is freed after it
 * @arg: for the callbacks
 */
struct worker_task {
	char *const *argv;
	int stdin_fd;
	int fd[WORKER_FDS];
	long deadline_ms;
	void (*line)(void *arg, const char *line);
	void (*ended)(void *arg, enum worker_end end, const char *text);
	void *arg;
};

/**
 * worker_start - start a worker
 *
 * Return: the worker; NULL: it could not be started, errno tells why, nothing is called.
 */
struct worker *worker_start(struct event_base *base, const struct worker_task *task);

/** worker_stop - ask it to end soon (SIGTERM); its end is told as usual */
void worker_stop(struct worker *worker);

/** worker_leave - forget a worker without a call; it runs on. Not from @line; NULL is allowed */
void worker_leave(struct worker *worker);

/** worker_number - the number after "key=" in a line of a worker; 0: the line has none */
long long worker_number(const char *line, const char *key);

#endif /* IFAX_WORKER_H */
