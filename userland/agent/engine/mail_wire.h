/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the three mail engines (SMTP server, SMTP client, POP3 client) share at
 * their outer side: the bytes to send and the deadline that runs.
 *
 * An engine knows no socket, clock, or file. Its glue, the daemon, works so:
 *
 *   after create and start, and after every call listed here, pump:
 *	1. while the socket takes bytes: x_output() tells what to send,
 *	   x_sent() says how much of it was taken (a socket's send queue that
 *	   is long counts as "does not take bytes": the engine waits, and a
 *	   big message is never in memory as a whole);
 *	2. if x_wants_close(): close the connection and destroy the engine;
 *	3. if x_deadline()->generation is not the one that was armed: stop the
 *	   timer, and start it with timeout_ms unless that is 0;
 *	4. read from the socket only while x_wants_input().
 *
 *   bytes came	  x_input() says how many bytes it took; the rest stays with
 *		  the glue and is offered again at the next pump
 *   end of file  x_eof(), after the last x_input(); a client's also after any
 *		  socket error, for which the server has smtp_server_lost()
 *   timer fired  x_timeout()
 *
 * Deadlines are absolute: a byte now and then does not move them, so a peer
 * that drips is dropped like one that is silent.
 *
 * Callbacks come from within x_start(), x_input(), x_sent(), x_eof(),
 * x_timeout() and the functions that answer a question. In a callback nothing
 * of the engine may be called except its x_get_*() functions.
 */
#ifndef IFAX_MAIL_WIRE_H
#define IFAX_MAIL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct mail_deadline - how long the engine is willing to wait, and for what
 * @generation: changes whenever a new deadline replaces the one before
 * @timeout_ms: from the change of @generation on; 0: no deadline now
 * @awaited: what is awaited, for people ("the reply to MAIL")
 */
struct mail_deadline {
	unsigned int generation;
	unsigned int timeout_ms;
	const char *awaited;
};

void mail_deadline_set(struct mail_deadline *deadline, unsigned int timeout_ms,
		       const char *awaited);

/**
 * struct mail_output - bytes that wait to be sent, bounded
 * @bytes: the memory, given by the engine
 * @size: of @bytes
 * @start: first byte that was not sent
 * @end: end of the bytes that wait
 */
struct mail_output {
	char *bytes;
	size_t size;
	size_t start;
	size_t end;
};

size_t mail_output_room(struct mail_output *output);
bool mail_output_put(struct mail_output *output, const char *bytes, size_t len);
bool mail_output_printf(struct mail_output *output, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void mail_output_sent(struct mail_output *output, size_t len);

static inline bool mail_output_empty(const struct mail_output *output)
{
	return output->start == output->end;
}

#endif /* IFAX_MAIL_WIRE_H */
