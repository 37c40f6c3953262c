// SPDX-License-Identifier: GPL-2.0
/*
 * header_scan: what the SMTP server has to know of the header of a mail that goes by
 */
#include <strings.h>

#include "header_scan.h"

static void take_name(struct header_scan *scan)
{
	scan->name[scan->column] = 0;
	scan->received += !strcasecmp(scan->name, "received");
	scan->message_id |= !strcasecmp(scan->name, "message-id");
	scan->column = sizeof(scan->name);
}

void header_scan(struct header_scan *scan, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len && !scan->over; i++) {
		if (bytes[i] == '\n') {
			scan->over = !scan->column;
			scan->column = 0;
		} else if (bytes[i] == ':' && scan->column < sizeof(scan->name)) {
			take_name(scan);
		} else if (bytes[i] != '\r' && scan->column < sizeof(scan->name)) {
			scan->name[scan->column++] = bytes[i];
		}
	}
}
