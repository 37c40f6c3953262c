/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scripted dialogues with a mail engine, without sockets and clocks: each is
 * run with the bytes in one piece, byte by byte, and in random pieces.
 */
#ifndef MAIL_DIALOGUE_H
#define MAIL_DIALOGUE_H

#include "engine/mail_wire.h"

/**
 * struct engine - one of the three engines, by its common outer side
 * @it: the engine
 * @wants_tls: NULL: it knows no TLS
 * @secured: NULL: it knows no TLS
 * @settle: answer what the engine asked, if it waits for that; may be NULL
 */
struct engine {
	void *it;
	void (*start)(void *it);
	size_t (*input)(void *it, const char *bytes, size_t len);
	void (*eof)(void *it);
	void (*timeout)(void *it);
	const char *(*output)(void *it, size_t *len);
	void (*sent)(void *it, size_t len);
	bool (*wants_input)(void *it);
	bool (*wants_close)(void *it);
	const struct mail_deadline *(*deadline)(void *it);
	bool (*wants_tls)(void *it);
	void (*secured)(void *it);
	void (*settle)(void);
};

/* Fill an engine's calls in; to be used once per kind in a file. */
#define ENGINE_CALLS(kind)								\
	static void kind##_start_it(void *it) { kind##_start(it); }			\
	static size_t kind##_input_it(void *it, const char *bytes, size_t len)		\
	{ return kind##_input(it, bytes, len); }					\
	static void kind##_timeout_it(void *it) { kind##_timeout(it); }		\
	static const char *kind##_output_it(void *it, size_t *len)			\
	{ return kind##_output(it, len); }						\
	static void kind##_sent_it(void *it, size_t len) { kind##_sent(it, len); }	\
	static bool kind##_wants_input_it(void *it) { return kind##_wants_input(it); }	\
	static bool kind##_wants_close_it(void *it) { return kind##_wants_close(it); }	\
	static const struct mail_deadline *kind##_deadline_it(void *it)		\
	{ return kind##_deadline(it); }							\
	static struct engine kind##_engine(struct kind *it)				\
	{										\
		return (struct engine) {						\
			.it = it, .start = kind##_start_it, .input = kind##_input_it,	\
			.eof = kind##_eof_it, .timeout = kind##_timeout_it,		\
			.output = kind##_output_it, .sent = kind##_sent_it,		\
			.wants_input = kind##_wants_input_it,				\
			.wants_close = kind##_wants_close_it,				\
			.deadline = kind##_deadline_it,					\
		};									\
	}

/* The same for what an engine with TLS has beyond that. */
#define ENGINE_TLS_CALLS(kind)								\
	static bool kind##_wants_tls_it(void *it) { return kind##_wants_tls(it); }	\
	static void kind##_secured_it(void *it) { kind##_secured(it); }			\
	static struct engine kind##_tls_engine(struct kind *it)				\
	{										\
		struct engine engine = kind##_engine(it);				\
											\
		engine.wants_tls = kind##_wants_tls_it;					\
		engine.secured = kind##_secured_it;					\
		return engine;								\
	}

enum pieces { PIECES_WHOLE, PIECES_BYTES, PIECES_RANDOM, PIECES_COUNT };

extern const char *const pieces_name[PIECES_COUNT];

/* In the place of bytes */
#define GETS_EOF	((const char *)-1)
#define GETS_TIMEOUT	((const char *)-2)
#define GETS_TLS	((const char *)-3)	/* the handshake it waits for is done */

/**
 * struct turn - the engine gets something, then says something
 * @gets: the bytes; NULL: nothing (first turn: the start)
 * @says: what it has said then, a pattern of fnmatch(3); "": nothing. If it ends in a
 *	line end, its lines are counted
 * @deadline_ms: what its deadline is then; 0: not looked at
 * @gets_len: of @gets if that has NUL bytes
 */
struct turn {
	const char *gets;
	const char *says;
	unsigned int deadline_ms;
	size_t gets_len;
};

/**
 * struct dialogue - a script
 * @name: for people
 * @turns: the last one has neither gets nor says
 * @events: the callbacks that the engine made, as the test wrote them down (a pattern)
 * @stays: the connection stays open at the end
 */
struct dialogue {
	const char *name;
	const struct turn *turns;
	const char *events;
	bool stays;
};

/* The callbacks of a run write down what happens here. */
void event(const char *format, ...) __attribute__((format(printf, 1, 2)));
void events_clear(void);
const char *events(void);

/* A number below limit; the same sequence in each run of the program. */
unsigned int random_below(unsigned int limit);

/* Run the turns; says why not in a note. Return: all was as written. */
bool dialogue_run(const struct dialogue *dialogue, struct engine *engine, enum pieces pieces);

#endif /* MAIL_DIALOGUE_H */
