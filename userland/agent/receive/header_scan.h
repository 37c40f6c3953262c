/* SPDX-License-Identifier: GPL-2.0 */
/*
 * header_scan: what the SMTP server has to know of the header of a mail that goes by
 */
#ifndef IFAX_HEADER_SCAN_H
#define IFAX_HEADER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct header_scan - zeroed at the begin
 * @name: of the line, as far as it is of interest
 * @column: of the line; not counted further than that
 * @over: the header is
 * @received: trace lines
 * @message_id: there is one
 */
struct header_scan {
	char name[16];
	size_t column;
	bool over;
	unsigned int received;
	bool message_id;
};

/** header_scan - some bytes more, cut wherever they are */
void header_scan(struct header_scan *scan, const char *bytes, size_t len);

#endif /* IFAX_HEADER_SCAN_H */
