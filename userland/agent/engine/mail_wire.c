// SPDX-License-Identifier: GPL-2.0
/* What the mail engines share at their outer side. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mail_wire.h"

/**
 * mail_deadline_set() - replace the deadline
 * @deadline: the engine's
 * @timeout_ms: from now on; 0: none
 * @awaited: what is awaited, for people; a string that stays
 */
void mail_deadline_set(struct mail_deadline *deadline, unsigned int timeout_ms,
		       const char *awaited)
{
	deadline->generation++;
	deadline->timeout_ms = timeout_ms;
	deadline->awaited = awaited;
}

/**
 * mail_output_room() - how many bytes can be put at once
 * @output: the queue; what waits in it is moved to its begin
 *
 * Return: bytes.
 */
size_t mail_output_room(struct mail_output *output)
{
	if (output->start) {
		memmove(output->bytes, output->bytes + output->start, output->end - output->start);
		output->end -= output->start;
		output->start = 0;
	}
	return output->size - output->end;
}

/**
 * mail_output_put() - queue bytes
 * @output: the queue
 * @bytes: the bytes
 * @len: their number
 *
 * Return: false if there is no room for all: then none is queued.
 */
bool mail_output_put(struct mail_output *output, const char *bytes, size_t len)
{
	if (mail_output_room(output) < len)
		return false;
	memcpy(output->bytes + output->end, bytes, len);
	output->end += len;
	return true;
}

/**
 * mail_output_printf() - queue text
 * @output: the queue
 * @format: printf style
 *
 * Return: false if there is no room for all: then none is queued.
 */
bool mail_output_printf(struct mail_output *output, const char *format, ...)
{
	size_t room = mail_output_room(output);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(output->bytes + output->end, room, format, args);
	va_end(args);
	if (len < 0 || (size_t)len >= room)
		return false;
	output->end += (size_t)len;
	return true;
}

/**
 * mail_output_sent() - forget bytes that were sent
 * @output: the queue
 * @len: their number
 */
void mail_output_sent(struct mail_output *output, size_t len)
{
	if (len > output->end - output->start)
		len = output->end - output->start;
	output->start += len;
	if (mail_output_empty(output))
		output->start = output->end = 0;
}
