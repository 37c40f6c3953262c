/* SPDX-License-Identifier: GPL-2.0 */
/*
 * connection: a socket, TLS on it, its deadline, and the mail engine that they drive
 *
 * The engines and how they are driven: mail_wire.h.
 *
 * An engine that wants TLS (after "220 go ahead", or from the first byte) says so
 * by its wants_tls(). When all that it said before is sent, the connection makes
 * the handshake and calls the engine's secured(). Bytes of the peer that came
 * before the handshake are nobody's (they could be commands of somebody in the
 * middle): the engine gets its eof(), as after a handshake that fails.
 */
#ifndef IFAX_CONNECTION_H
#define IFAX_CONNECTION_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/mail_wire.h"
#include "tls.h"

/**
 * struct engine_ops - what all mail engines have in common
 *
 * An engine without TLS has neither wants_tls nor secured.
 */
struct engine_ops {
	const char *(*output)(const void *engine, size_t *len);
	void (*sent)(void *engine, size_t len);
	size_t (*input)(void *engine, const char *bytes, size_t len);
	void (*eof)(void *engine, const char *why);
	void (*timeout)(void *engine);
	bool (*wants_input)(const void *engine);
	bool (*wants_close)(const void *engine);
	const struct mail_deadline *(*deadline)(const void *engine);
	bool (*wants_tls)(const void *engine);
	void (*secured)(void *engine);
};

/**
 * DEFINE_ENGINE_OPS - engine_ops of an engine, from its functions
 * @name: prefix of its functions
 * @...: more members, as ENGINE_TLS
 *
 * The file has its own engine_eof() before: not every engine asks why.
 */
#define DEFINE_ENGINE_OPS(name, ...)							\
static const char *engine_output(const void *engine, size_t *len)			\
{											\
	return name ## _output(engine, len);						\
}											\
static void engine_sent(void *engine, size_t len)					\
{											\
	name ## _sent(engine, len);							\
}											\
static size_t engine_input(void *engine, const char *bytes, size_t len)			\
{											\
	return name ## _input(engine, bytes, len);					\
}											\
static void engine_timeout(void *engine)						\
{											\
	name ## _timeout(engine);							\
}											\
static bool engine_wants_input(const void *engine)					\
{											\
	return name ## _wants_input(engine);						\
}											\
static bool engine_wants_close(const void *engine)					\
{											\
	return name ## _wants_close(engine);						\
}											\
static const struct mail_deadline *engine_deadline(const void *engine)			\
{											\
	return name ## _deadline(engine);						\
}											\
static const struct engine_ops engine_ops = {						\
	.output = engine_output, .sent = engine_sent, .input = engine_input,		\
	.eof = engine_eof, .timeout = engine_timeout, .wants_input = engine_wants_input, \
	.wants_close = engine_wants_close, .deadline = engine_deadline,			\
	__VA_ARGS__									\
}

/* For an engine that can do TLS: once, before DEFINE_ENGINE_OPS(name, ENGINE_TLS). */
#define DEFINE_ENGINE_TLS(name)								\
static bool engine_wants_tls(const void *engine)					\
{											\
	return name ## _wants_tls(engine);						\
}											\
static void engine_secured(void *engine)						\
{											\
	name ## _secured(engine);							\
}											\
struct connection

#define ENGINE_TLS .wants_tls = engine_wants_tls, .secured = engine_secured

struct connection;

/**
 * connection_create - join a connected socket and an engine
 * @fd: the socket; becomes the connection's in any case
 * @closed: called when the engine wants to be closed; the connection is freed
 *	after it, the engine is the callback's to destroy
 *
 * Nothing moves before the first connection_pump().
 *
 * Return: the connection, NULL without memory.
 */
struct connection *connection_create(struct event_base *base, int fd, const struct engine_ops *ops,
				     void *engine, void (*closed)(void *arg), void *arg);

/**
 * connection_set_tls - how to make TLS, for an engine that may want it
 * @start: gives a session on @fd (tls_accept(), tls_connect()); NULL: @reason tells why not.
 *	@arg is that of connection_create()
 */
void connection_set_tls(struct connection *connection,
			struct tls *(*start)(void *arg, int fd, char *reason, size_t bytes));

/** connection_unread - whether the peer has said something that the engine has not heard yet */
bool connection_unread(const struct connection *connection);

/**
 * connection_pump - move what can be moved
 *
 * To be called after each call of the engine that is not made by the
 * connection. The connection may be gone afterwards.
 */
void connection_pump(struct connection *connection);

/** connection_free - close at once, without a call of @closed; NULL is allowed */
void connection_free(struct connection *connection);

#endif /* IFAX_CONNECTION_H */
