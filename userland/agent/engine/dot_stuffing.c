// SPDX-License-Identifier: GPL-2.0
/*
 * Dot-stuffing, by runs: most bytes are found by memchr() and handed on where
 * they lie.
 */
#include <string.h>

#include "dot_stuffing.h"

/* The bytes up to and with the next LF, or all: text within one line. */
static size_t text_run(struct dot_decoder *decoder, const char *bytes, size_t len)
{
	const char *lf = memchr(bytes, '\n', len);
	size_t run = lf ? (size_t)(lf - bytes) + 1 : len;
	size_t body = lf ? run - 1 : run;
	const char *cr = memchr(bytes, '\r', body);
	bool crlf = lf && body && bytes[body - 1] == '\r';

	if (memchr(bytes, '\0', body))
		decoder->irregular = true;
	if (lf && !crlf)
		decoder->irregular = true;
	if (cr && cr != bytes + body - 1)
		decoder->irregular = true;
	if (crlf)
		decoder->state = DOT_LINE_START;
	else if (!lf && body && bytes[body - 1] == '\r')
		decoder->state = DOT_TEXT_CR;
	else
		decoder->state = DOT_TEXT;
	return run;
}

/**
 * dot_decode() - take the stuffed dots out
 * @decoder: the message so far
 * @bytes: the bytes
 * @len: their number
 * @sink: gets the message in pieces as large as they lie between stuffed dots
 * @arg: for @sink
 *
 * Return: how many bytes were taken: all, unless the message ended (DOT_END) before.
 */
size_t dot_decode(struct dot_decoder *decoder, const char *bytes, size_t len, dot_sink sink,
		  void *arg)
{
	size_t begin = 0;	/* of what @sink has not got yet */
	size_t i = 0;

	while (i < len && decoder->state != DOT_END) {
		char c = bytes[i];

		switch (decoder->state) {
		case DOT_LINE_START:
			if (c != '.')
				break;
			if (i > begin)
				sink(arg, bytes + begin, i - begin);
			decoder->state = DOT_DOT;
			begin = ++i;
			continue;
		case DOT_DOT:
			if (c != '\r')
				break;
			decoder->state = DOT_DOT_CR;
			begin = ++i;
			continue;
		case DOT_DOT_CR:
			if (c == '\n') {
				decoder->state = DOT_END;
				begin = ++i;
				continue;
			}
			decoder->irregular = true;
			sink(arg, "\r", 1);
			break;
		case DOT_TEXT_CR:
			if (c == '\n') {
				decoder->state = DOT_LINE_START;
				i++;
				continue;
			}
			decoder->irregular = true;
			break;
		default:
			break;
		}
		i += text_run(decoder, bytes + i, len - i);
	}
	if (i > begin)
		sink(arg, bytes + begin, i - begin);
	return i;
}

/**
 * text_check() - follow text that comes without stuffed dots and without an end
 * @decoder: the text so far: @irregular and whether it is within a line
 * @bytes: the bytes
 * @len: their number
 */
void text_check(struct dot_decoder *decoder, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len) {
		if (decoder->state == DOT_TEXT_CR && bytes[i] == '\n') {
			decoder->state = DOT_LINE_START;
			i++;
			continue;
		}
		if (decoder->state == DOT_TEXT_CR)
			decoder->irregular = true;
		i += text_run(decoder, bytes + i, len - i);
	}
}

static size_t encode_special(struct dot_encoder *encoder, char c, struct mail_output *output)
{
	if (c == '.') {
		mail_output_put(output, "..", 2);
		encoder->within_line = true;
	} else if (c == '\r' || !encoder->cr) {
		mail_output_put(output, "\r\n", 2);
		encoder->within_line = false;
	}
	encoder->cr = c == '\r';
	return 1;
}

/**
 * dot_encode() - put text with CRLF line ends and stuffed dots
 * @encoder: the message so far
 * @bytes: the text; CRLF, CR and LF are line ends
 * @len: its length
 * @output: where to put it
 *
 * Return: how many bytes were taken; fewer than @len when @output is full.
 */
size_t dot_encode(struct dot_encoder *encoder, const char *bytes, size_t len,
		  struct mail_output *output)
{
	size_t room = mail_output_room(output);
	size_t i = 0;

	while (i < len && room >= DOT_ENCODE_ROOM) {
		const char *end = bytes + len;
		const char *hit;
		char c = bytes[i];

		if (c == '\r' || c == '\n' || (c == '.' && !encoder->within_line)) {
			i += encode_special(encoder, c, output);
		} else {
			if ((size_t)(end - bytes) - i > room)
				end = bytes + i + room;
			hit = memchr(bytes + i, '\n', (size_t)(end - bytes) - i);
			if (hit)
				end = hit;
			hit = memchr(bytes + i, '\r', (size_t)(end - bytes) - i);
			if (hit)
				end = hit;
			mail_output_put(output, bytes + i, (size_t)(end - bytes) - i);
			i = (size_t)(end - bytes);
			encoder->within_line = true;
			encoder->cr = false;
		}
		room = output->size - output->end;
	}
	return i;
}

/**
 * dot_encode_end() - put the end of the message
 * @encoder: the message
 * @output: where to put it
 *
 * Return: false if there is no room now.
 */
bool dot_encode_end(struct dot_encoder *encoder, struct mail_output *output)
{
	if (encoder->within_line)
		return mail_output_put(output, "\r\n.\r\n", 5);
	return mail_output_put(output, ".\r\n", 3);
}
