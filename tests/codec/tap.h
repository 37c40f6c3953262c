/* SPDX-License-Identifier: GPL-2.0 */
/* Test results as TAP. */
#ifndef CODEC_TAP_H
#define CODEC_TAP_H

#include <stdbool.h>

/* Report one test; what is printed by diag() before it explains a failure */
void ok(bool good, const char *name, ...) __attribute__((format(printf, 2, 3)));
void diag(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* Print the plan; the value for main() to return */
int done_testing(void);

#endif
