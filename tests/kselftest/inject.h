/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that cannot be had, and memory of a program that cannot be reached: what a
 * kernel with fault injection makes. Nobody else's: the runner of the tests and the
 * person at the machine must not die of it.
 */
#ifndef IFAX_TEST_INJECT_H
#define IFAX_TEST_INJECT_H

#include <stdbool.h>

/*
 * Has this kernel it? Then whatever allocates can be made to fail, also what may sleep for
 * it: by inject_nth() in this thread, or by inject_begin() in all tasks that take part
 */
bool inject_possible(void);

/* The n-th possible fault of this thread from now on; 0: none */
bool inject_nth(unsigned int n);
/* Has it happened? */
bool inject_happened(void);

/* Is it what a fault makes of a call? EIO: hardware's drivers may not tell why they cannot start */
bool inject_is_cause(int err);

/* More possible faults than any call here has */
#define INJECT_MAX	1000

/*
 * Calls again and again, with the first, the second... possible fault, until
 * none happens. A call may do its work in spite of a fault, so @undo makes it
 * possible again. Returns the number of faults, or a negative errno.
 */
int inject_every(int (*call)(void *data), void (*undo)(void *data), void *data);

/* Do the kernel's own threads take part, and this task? */
bool inject_kernel(bool on);
bool inject_self(bool on);

/*
 * From now on, of the allocations of tasks that take part, each @interval-th fails, until
 * so many have, @times; should the test be cut off, it ends by that. Needs no memory
 */
void inject_begin(unsigned int interval, unsigned int times);
/* The same, but only of allocations of several pages in a row */
void inject_begin_high_orders(unsigned int times);
void inject_end(void);
/* How many have failed */
unsigned int inject_count(void);

#endif /* IFAX_TEST_INJECT_H */
