// SPDX-License-Identifier: GPL-2.0
/* The small parts: addresses, replies, clean text, lines, dots. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialogue.h"
#include "engine/dot_stuffing.h"
#include "engine/line_reader.h"
#include "engine/mail_path.h"
#include "engine/smtp_reply.h"
#include "tap.h"

static void test_paths(void)
{
	static const struct {
		const char *text;
		enum mail_path_kind kind;
		size_t taken;
		const char *address;
		const char *local;
		const char *domain;
	} paths[] = {
		{ "<a@example.com>", MAIL_FORWARD_PATH, 15, "a@example.com", "a", "example.com" },
		{ "<a@example.com> SIZE=1", MAIL_REVERSE_PATH, 15, "a@example.com", "a",
		  "example.com" },
		{ "<>", MAIL_REVERSE_PATH, 2, "", "", "" },
		{ "<>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<postMaster>", MAIL_FORWARD_PATH, 12, "postMaster", "postMaster", "" },
		{ "<postmaster>", MAIL_REVERSE_PATH, 0, NULL, NULL, NULL },
		{ "<@a.example,@b:x@c>", MAIL_FORWARD_PATH, 19, "x@c", "x", "c" },
		{ "<@a.example,b:x@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<@a.example x@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<@:x@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<\"a b\\\"\"@c>", MAIL_FORWARD_PATH, 11, "\"a b\\\"\"@c", "a b\"", "c" },
		{ "<\"a@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<\"a\n\"@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<\"a\\", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<FAX=+39-012/T33S=7@x.example>", MAIL_FORWARD_PATH, 30,
		  "FAX=+39-012/T33S=7@x.example", "FAX=+39-012/T33S=7", "x.example" },
		{ "</FAX=+39/@x>", MAIL_FORWARD_PATH, 13, "/FAX=+39/@x", "/FAX=+39/", "x" },
		{ "<a@[192.0.2.1]>", MAIL_FORWARD_PATH, 15, "a@[192.0.2.1]", "a", "[192.0.2.1]" },
		{ "<a@[]>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a@[192.0.2.1>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a@b_c.example>", MAIL_FORWARD_PATH, 15, "a@b_c.example", "a", "b_c.example" },
		{ "<a@b..c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a@b.>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a@-b>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a b@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a\xe9@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<a@c", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "a@c", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<@c>", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "<", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
		{ "", MAIL_FORWARD_PATH, 0, NULL, NULL, NULL },
	};
	char local[MAIL_LOCAL_MAX + 1];
	struct mail_path path;
	size_t i;
	bool ok;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		ok = mail_path_parse(&path, paths[i].kind, paths[i].text) == paths[i].taken;
		if (ok && paths[i].taken)
			ok = !strcmp(path.address, paths[i].address) &&
				mail_path_local(&path, local) == strlen(paths[i].local) &&
				!strcmp(local, paths[i].local) &&
				!strcmp(mail_path_domain(&path), paths[i].domain);
		tap_ok(ok, "path %zu: %.40s", i, i == 12 ? "with a line end" : paths[i].text);
	}
}

static bool path_of(size_t local, size_t label, size_t labels)
{
	char text[1024];
	struct mail_path path;
	size_t len = 0;
	size_t i;

	memset(text, 'a', local);
	len = local;
	for (i = 0; i < labels; i++) {
		text[len++] = i ? '.' : '@';
		memset(text + len, 'b', label);
		len += label;
	}
	text[len] = '\0';
	return mail_path_from_address(&path, text);
}

static void test_path_limits(void)
{
	struct mail_path path;

	tap_ok(path_of(64, 9, 1) && !path_of(65, 9, 1), "path: local part of 64, not 65");
	tap_ok(path_of(1, 63, 1) && !path_of(1, 64, 1), "path: label of 63, not 64");
	tap_ok(path_of(64, 63, 4) && !path_of(64, 51, 5), "path: domain of 255, not more");
	tap_ok(!mail_path_from_address(&path, "a@example.com\r\nDATA") &&
	       !mail_path_from_address(&path, "a@example.com>") &&
	       !mail_path_from_address(&path, "") && !mail_path_from_address(&path, "Postmaster") &&
	       mail_path_from_address(&path, "a@example.com"), "path: address that stands alone");
	tap_ok(mail_path_can_be_named("FAX=+390/T33S=1@example.com") &&
	       mail_path_can_be_named("\"a..b@c\"@[192.0.2.1]") &&
	       !mail_path_can_be_named("\xc3\xbc@example.com") &&
	       !mail_path_can_be_named("\"a b\"@example.com") &&
	       mail_path_can_be_named("a..b@example.com"), "path: address for a header");
}

static void test_clean(void)
{
	static const char *const texts[][2] = {
		{ "plain", "plain" },
		{ "a\r\nb\tc\x1b[31m\x7f", "a??b?c?[31m?" },
		{ "\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x96\xa8",
				"\xc3\xa9t\xc3\xa9 \xe2\x82\xac \xf0\x9f\x96\xa8" },
		{ "\xe9t\xe9", "?t?" },
		{ "\xc3", "?" },
		{ "\xc0\xaf", "??" },
		{ "\xe0\x80\xaf", "???" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xc2\x85", "??" },
		{ "\xe2\x80\xae", "???" },
		{ "\xf0\x9f\x96", "???" },
	};
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), "%s", texts[i][0]);
		mail_text_clean(text);
		if (!tap_ok(!strcmp(text, texts[i][1]), "clean text %zu", i))
			tap_note("it is: %s", text);
	}
}

static void test_reply_status(void)
{
	static const struct {
		const char *line;
		const char *enhanced;
		const char *text;
	} replies[] = {
		{ "550 5.1.1 no user", "5.1.1", "no user" },
		{ "250 2.0.0", "2.0.0", "" },
		{ "550 4.1.1 no user", "", "4.1.1 no user" },
		{ "550 5.1000.1 x", "", "5.1000.1 x" },
		{ "550 5.1 x", "", "5.1 x" },
		{ "550 5..1 x", "", "5..1 x" },
		{ "550 5.1.1x", "", "5.1.1x" },
		{ "550", "", "" },
		{ "354 3.0.0 x", "", "3.0.0 x" },
	};
	struct smtp_reply reply;
	unsigned int lines;
	char text[2048];
	size_t i;

	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		lines = 0;
		tap_ok(smtp_reply_parse(&reply, &lines, replies[i].line) == SMTP_REPLY_COMPLETE &&
		       !strcmp(reply.enhanced, replies[i].enhanced) &&
		       !strcmp(reply.text, replies[i].text), "reply: %s", replies[i].line);
	}
	memset(text, 'x', sizeof(text));
	memcpy(text, "250-", 4);
	text[1000] = '\0';
	lines = 0;
	for (i = 0; i < 5; i++)
		smtp_reply_parse(&reply, &lines, text);
	tap_ok(strlen(reply.text) == SMTP_REPLY_TEXT_MAX, "reply: long text is cut");
}

/* Text that is cut in the middle of a character: no half of it may stay. */
static void test_reply_cut(void)
{
	char text[SMTP_REPLY_TEXT_MAX + 10];
	struct smtp_reply reply;
	char clean[sizeof(reply.text)];
	size_t i;

	for (i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[i] = '\0';
	smtp_reply_set(&reply, 550, "", "x%s", text);
	memcpy(clean, reply.text, sizeof(clean));
	mail_text_clean(clean);
	tap_ok(strlen(reply.text) == SMTP_REPLY_TEXT_MAX && !strcmp(clean, reply.text) &&
	       !strcmp(clean + SMTP_REPLY_TEXT_MAX - 5, "\xe2\x82\xac??"),
	       "reply: no half characters");
}

struct collected {
	char bytes[4096];
	size_t len;
};

static void collect(void *arg, const char *bytes, size_t len)
{
	struct collected *collected = arg;

	memcpy(collected->bytes + collected->len, bytes, len);
	collected->len += len;
}

/*
 * The decoder by its definition, a byte at a time. Return: bytes up to the
 * end, 0 if there is none.
 */
static size_t decode_plainly(const char *in, size_t len, struct collected *out, bool *irregular)
{
	size_t i = 0;

	out->len = 0;
	*irregular = false;
	while (i < len) {
		bool start = !i || (i >= 2 && in[i - 1] == '\n' && in[i - 2] == '\r');

		if (start && len - i >= 3 && !memcmp(in + i, ".\r\n", 3))
			return i + 3;
		if (start && in[i] == '.') {
			/* held back until it is known what follows */
			if (len - i < 2 || (in[i + 1] == '\r' && len - i < 3))
				return 0;
			i++;
		}
		*irregular |= !in[i] || (in[i] == '\n' && (!i || in[i - 1] != '\r'));
		*irregular |= in[i] == '\r' && i + 1 < len && in[i + 1] != '\n';
		out->bytes[out->len++] = in[i++];
	}
	return 0;
}

static bool decode_like_plainly(const char *in, size_t len)
{
	struct collected plain;
	struct collected ours = { .len = 0 };
	struct dot_decoder decoder = { 0 };
	bool irregular;
	size_t end = decode_plainly(in, len, &plain, &irregular);
	size_t taken = 0;
	size_t piece;
	size_t step;

	while (taken < len && decoder.state != DOT_END) {
		piece = 1 + random_below((unsigned int)(len - taken));
		step = dot_decode(&decoder, in + taken, piece, collect, &ours);
		if (step != piece && decoder.state != DOT_END)
			return false;
		taken += step;
	}
	return (decoder.state == DOT_END) == (end != 0) && (!end || taken == end) &&
		decoder.irregular == irregular && ours.len == plain.len &&
		!memcmp(ours.bytes, plain.bytes, plain.len);
}

static void test_dot_decoder(void)
{
	static const char alphabet[] = "..\r\r\n\nx";
	char in[64];
	unsigned int failures = 0;
	unsigned int i;
	size_t len;
	size_t j;

	for (i = 0; i < 200000; i++) {
		len = 1 + random_below(24);
		for (j = 0; j < len; j++)
			in[j] = alphabet[random_below(random_below(4) ? 7 : 8)];
		failures += !decode_like_plainly(in, len);
	}
	tap_ok(!failures, "dots: 200000 random texts are decoded as by definition");
	if (failures)
		tap_note("%u were not", failures);
}

static void test_output(void)
{
	char bytes[8];
	struct mail_output output = { .bytes = bytes, .size = sizeof(bytes) };

	tap_ok(mail_output_printf(&output, "1234567") && output.end == 7, "output: text that fits");
	mail_output_sent(&output, 7);
	tap_ok(!mail_output_printf(&output, "12345678") && mail_output_empty(&output),
	       "output: text that does not fit is not begun");
	tap_ok(mail_output_put(&output, "12345678", 8) && !mail_output_put(&output, "9", 1),
	       "output: bytes up to its size");
	mail_output_sent(&output, 3);
	tap_ok(mail_output_put(&output, "abc", 3) && !memcmp(bytes, "45678abc", 8),
	       "output: room is found again");
	mail_output_sent(&output, 100);
	tap_ok(mail_output_empty(&output), "output: no more is sent than was there");
}

static void test_lines(void)
{
	static const struct {
		const char *in;
		size_t len;
		bool strict;
		enum line_event event;
		size_t taken;
		const char *line;
	} lines[] = {
		{ "ab\r\ncd", 6, true, LINE_COMPLETE, 4, "ab" },
		{ "\r\n", 2, true, LINE_COMPLETE, 2, "" },
		{ "ab\ncd", 5, true, LINE_BAD, 3, NULL },
		{ "ab\rcd", 5, true, LINE_BAD, 4, NULL },
		{ "a\0b\r\n", 5, true, LINE_BAD, 2, NULL },
		{ "ab\r", 3, true, LINE_MORE, 3, NULL },
		{ "1234567\r\n", 9, true, LINE_COMPLETE, 9, "1234567" },
		{ "12345678\r\n", 10, true, LINE_TOO_LONG, 10, NULL },
		{ "ab\ncd", 5, false, LINE_COMPLETE, 3, "ab" },
		{ "a\rb\0c\r\n", 7, false, LINE_COMPLETE, 7, "a?b?c" },
		{ "\r\r\n", 3, false, LINE_COMPLETE, 3, "?" },
	};
	struct line_reader reader;
	enum line_event event;
	char line[8];
	size_t taken;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		memset(&reader, 0, sizeof(reader));
		reader.line = line;
		reader.size = sizeof(line);
		reader.strict = lines[i].strict;
		taken = line_reader_take(&reader, lines[i].in, lines[i].len, &event);
		tap_ok(taken == lines[i].taken && event == lines[i].event &&
		       (!lines[i].line || !strcmp(line, lines[i].line)), "line %zu", i);
	}
}

int main(void)
{
	test_paths();
	test_path_limits();
	test_clean();
	test_reply_status();
	test_reply_cut();
	test_dot_decoder();
	test_output();
	test_lines();
	return tap_end();
}
