/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_FEATURES_READ_H
#define _IFAX_FEATURES_READ_H

#include <stdio.h>

#include "failure.h"

/**
 * features_read() - what a peer's feature expression means for fax pages
 * @in: stream of the expression
 * @out: gets "codings=…", "dpi=…" and "sizes=…" (see features_summarise()), then "ok"
 * @failure: what is wrong with it
 *
 * Return: 0 or -1.
 */
int features_read(FILE *in, FILE *out, struct failure *failure);

/** features_confined() - features_read() in a process that can do nothing else */
int features_confined(FILE *in, FILE *out, struct failure *failure);

#endif /* _IFAX_FEATURES_READ_H */
