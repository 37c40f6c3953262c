/* SPDX-License-Identifier: GPL-2.0 */
/* Results in the Test Anything Protocol. */
#ifndef MAIL_TAP_H
#define MAIL_TAP_H

#include <stdbool.h>

/* One test point, described printf style. Return: ok. */
bool tap_ok(bool ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A remark on the test point before. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The plan. Return: exit status of the program. */
int tap_end(void);

#endif /* MAIL_TAP_H */
