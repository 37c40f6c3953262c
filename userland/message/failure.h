/* SPDX-License-Identifier: GPL-2.0 */
/* Why the program could not do its work, for its exit code and its last line. */
#ifndef _IFAX_FAILURE_H
#define _IFAX_FAILURE_H

/* Exit codes of a worker besides 0 */
#define EXIT_INPUT	1	/* the input is at fault: it will be so the next time too */
#define EXIT_LATER	2	/* the machine is: no memory, no room on the disk, … */

/**
 * struct failure - what went wrong
 * @exit_code: EXIT_INPUT or EXIT_LATER
 * @text: in words, for people; may hold bytes of the input as they came
 */
struct failure {
	int exit_code;
	char text[400];
};

/**
 * fail() - note what went wrong
 * @failure: goes here
 * @exit_code: EXIT_INPUT or EXIT_LATER
 * @text: printf format
 *
 * Return: -1, for the caller to return.
 */
__attribute__((format(printf, 3, 4)))
int fail(struct failure *failure, int exit_code, const char *text, ...);

/**
 * fail_within() - say where the failure that was just noted happened
 * @failure: failure; its text becomes "WHERE: TEXT"
 * @where: printf format
 *
 * Return: -1.
 */
__attribute__((format(printf, 2, 3)))
int fail_within(struct failure *failure, const char *where, ...);

#endif /* _IFAX_FAILURE_H */
