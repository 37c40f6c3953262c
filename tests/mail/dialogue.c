// SPDX-License-Identifier: GPL-2.0
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "tap.h"

const char *const pieces_name[PIECES_COUNT] = { "whole", "byte by byte", "random pieces" };

static char event_text[8192];
static char said[65536];
static size_t said_len;

void event(const char *format, ...)
{
	size_t len = strlen(event_text);
	va_list args;

	va_start(args, format);
	vsnprintf(event_text + len, sizeof(event_text) - len, format, args);
	va_end(args);
	len = strlen(event_text);
	snprintf(event_text + len, sizeof(event_text) - len, "; ");
}

void events_clear(void)
{
	event_text[0] = '\0';
}

const char *events(void)
{
	return event_text;
}

unsigned int random_below(unsigned int limit)
{
	static unsigned long long state = 0x9e3779b97f4a7c15ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 33) % limit;
}

static size_t piece_len(enum pieces pieces, size_t len)
{
	if (pieces == PIECES_WHOLE || len < 2)
		return len;
	if (pieces == PIECES_BYTES)
		return 1;
	return 1 + random_below((unsigned int)(len < 40 ? len : 40));
}

/*
 * The engine's bytes are handed to sent() in pieces; the copy given to input()
 * is of just the size, so that a read beyond it is found by the sanitizer.
 */
static void drain(struct engine *engine, enum pieces pieces)
{
	const char *bytes;
	size_t len;

	for (;;) {
		bytes = engine->output(engine->it, &len);
		if (!len)
			return;
		len = piece_len(pieces, len);
		if (said_len + len < sizeof(said))
			memcpy(said + said_len, bytes, len);
		said_len += len;
		engine->sent(engine->it, len);
	}
}

static void settle(struct engine *engine, enum pieces pieces)
{
	if (engine->settle)
		engine->settle();
	drain(engine, pieces);
}

static bool feed(struct engine *engine, enum pieces pieces, const char *bytes, size_t len)
{
	unsigned int idle = 0;
	size_t piece;
	size_t taken;
	char *copy;

	while (len && !engine->wants_close(engine->it)) {
		piece = piece_len(pieces, len);
		copy = malloc(piece);
		memcpy(copy, bytes, piece);
		taken = engine->wants_input(engine->it) ?
			engine->input(engine->it, copy, piece) : 0;
		free(copy);
		if (taken > piece)
			return false;
		bytes += taken;
		len -= taken;
		settle(engine, pieces);
		idle = taken ? 0 : idle + 1;
		if (idle > 3)
			return false;
	}
	return true;
}

static size_t lines_in(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* A pattern that ends a line has as many lines as what was said. */
static bool matches(const char *pattern, const char *text)
{
	size_t len = strlen(pattern);

	if (fnmatch(pattern, text, FNM_NOESCAPE))
		return false;
	return !len || pattern[len - 1] != '\n' || lines_in(pattern) == lines_in(text);
}

static bool turn_run(const struct turn *turn, struct engine *engine, enum pieces pieces)
{
	size_t len;

	said_len = 0;
	if (turn->gets == GETS_EOF) {
		engine->eof(engine->it);
	} else if (turn->gets == GETS_TIMEOUT) {
		engine->timeout(engine->it);
	} else if (turn->gets == GETS_TLS) {
		if (!engine->wants_tls(engine->it)) {
			tap_note("the engine does not want TLS");
			return false;
		}
		engine->secured(engine->it);
	} else if (turn->gets) {
		len = turn->gets_len ? turn->gets_len : strlen(turn->gets);
		if (!feed(engine, pieces, turn->gets, len)) {
			tap_note("the engine does not take: %s", turn->gets);
			return false;
		}
	}
	drain(engine, pieces);
	settle(engine, pieces);
	if (said_len >= sizeof(said))
		return false;
	said[said_len] = '\0';
	if (turn->says && !matches(turn->says, said)) {
		tap_note("expected: %s", turn->says);
		tap_note("but said: %s", said);
		return false;
	}
	if (turn->deadline_ms && engine->deadline(engine->it)->timeout_ms != turn->deadline_ms) {
		tap_note("expected a deadline of %u ms, it is %u ms (%s)", turn->deadline_ms,
			 engine->deadline(engine->it)->timeout_ms,
			 engine->deadline(engine->it)->awaited);
		return false;
	}
	return true;
}

bool dialogue_run(const struct dialogue *dialogue, struct engine *engine, enum pieces pieces)
{
	const struct turn *turn;

	engine->start(engine->it);
	for (turn = dialogue->turns; turn->gets || turn->says; turn++)
		if (!turn_run(turn, engine, pieces)) {
			tap_note("in turn %zu of \"%s\", %s", (size_t)(turn - dialogue->turns),
				 dialogue->name, pieces_name[pieces]);
			return false;
		}
	if (engine->wants_close(engine->it) == dialogue->stays) {
		tap_note("the connection was %s", dialogue->stays ? "closed" : "not closed");
		return false;
	}
	if (dialogue->events && fnmatch(dialogue->events, events(), FNM_NOESCAPE)) {
		tap_note("expected events: %s", dialogue->events);
		tap_note("but there were:  %s", events());
		return false;
	}
	return true;
}
