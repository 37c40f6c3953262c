/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The transparency of RFC 5321, 4.5.2 and RFC 1939, 3: a dot before a line that
 * begins with one, a line with a dot alone at the end.
 */
#ifndef IFAX_DOT_STUFFING_H
#define IFAX_DOT_STUFFING_H

#include <stdbool.h>
#include <stddef.h>

#include "mail_wire.h"

/**
 * enum dot_state - where the decoder stands
 * @DOT_LINE_START: after CRLF, or at the begin
 * @DOT_DOT: after the first dot of a line, which is held back
 * @DOT_DOT_CR: after a line's dot and CR, both held back
 * @DOT_TEXT: within a line
 * @DOT_TEXT_CR: within a line, after CR
 * @DOT_END: after CRLF.CRLF; nothing else leads here
 */
enum dot_state {
	DOT_LINE_START,
	DOT_DOT,
	DOT_DOT_CR,
	DOT_TEXT,
	DOT_TEXT_CR,
	DOT_END,
};

/**
 * struct dot_decoder - zeroed at the begin of a message
 * @state: where it stands
 * @irregular: a bare CR, a bare LF or a NUL was seen
 */
struct dot_decoder {
	enum dot_state state;
	bool irregular;
};

typedef void (*dot_sink)(void *arg, const char *bytes, size_t len);

size_t dot_decode(struct dot_decoder *decoder, const char *bytes, size_t len, dot_sink sink,
		  void *arg);

void text_check(struct dot_decoder *decoder, const char *bytes, size_t len);

/**
 * struct dot_encoder - zeroed at the begin of a message
 * @within_line: the last byte was no line end
 * @cr: the last byte was a CR (its CRLF was put)
 */
struct dot_encoder {
	bool within_line;
	bool cr;
};

/* Room in the output for the end, and for one byte in the worst case. */
#define DOT_ENCODE_ROOM	5

size_t dot_encode(struct dot_encoder *encoder, const char *bytes, size_t len,
		  struct mail_output *output);
bool dot_encode_end(struct dot_encoder *encoder, struct mail_output *output);

#endif /* IFAX_DOT_STUFFING_H */
