/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_TURN_H
#define _IFAX_TURN_H

#include "tiff_read.h"

/* Values of the Orientation field from here on have rows and columns changed over. */
#define ORIENTATION_FIRST_TURNED	5

/**
 * turn_page() - turn the raw page being written so that its top is on top
 * @sink: sink, with all lines of the page, and not its end
 * @lines: number of lines; set to that of the turned page
 * @orientation: how the page lies, as TIFF's Orientation field says it (1 to 8)
 * @failure: why it cannot be turned
 *
 * Return: 0 or -1.
 */
int turn_page(struct page_sink *sink, uint32_t *lines, unsigned int orientation,
	      struct failure *failure);

#endif /* _IFAX_TURN_H */
