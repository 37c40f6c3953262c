// SPDX-License-Identifier: GPL-2.0
/* SMTP replies: text made safe, lines read by rule (RFC 5321, 4.2; RFC 3463). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "smtp_reply.h"

/* Bytes of the UTF-8 character at text that may be shown; 0: none such. */
static size_t shown_character_len(const unsigned char *text)
{
	unsigned int c = text[0];
	size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	unsigned int value = len == 1 ? c : c & (0x7f >> len);
	static const unsigned int least[] = { 0, 0x20, 0xa0, 0x800, 0x10000 };
	size_t i;

	if ((c >= 0x80 && c < 0xc2) || c > 0xf4)
		return 0;
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3f);
	}
	if (value < least[len] || value == 0x7f || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	/* line and paragraph separators, and what turns the direction of text */
	if ((value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069))
		return 0;
	return len;
}

void mail_text_clean(char *text)
{
	size_t len;

	while (*text) {
		len = shown_character_len((const unsigned char *)text);
		if (!len) {
			*text = '?';
			len = 1;
		}
		text += len;
	}
}

void mail_text_conceal(char *text, const char *secret)
{
	size_t len = strlen(secret);

	while (len && (text = strstr(text, secret))) {
		size_t shown = len < 3 ? len : 3;

		memset(text, '*', shown);
		memmove(text + shown, text + len, strlen(text + len) + 1);
		text += shown;
	}
}

bool mail_text_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t word_len = strcspn(words, " ");

		if (word_len == len && !strncasecmp(words, word, len))
			return true;
		words += word_len;
	}
	return false;
}

void smtp_reply_set(struct smtp_reply *reply, unsigned int code, const char *enhanced,
		    const char *format, ...)
{
	va_list args;

	reply->code = code;
	snprintf(reply->enhanced, sizeof(reply->enhanced), "%s", enhanced);
	va_start(args, format);
	vsnprintf(reply->text, sizeof(reply->text), format, args);
	va_end(args);
	mail_text_clean(reply->text);
}

static size_t digits_len(const char *text, size_t max)
{
	size_t len = 0;

	while (len < max && text[len] >= '0' && text[len] <= '9')
		len++;
	return len;
}

/* Length of "5.1.1" at the begin of text if it goes with code, else 0. */
static size_t enhanced_len(const char *text, unsigned int code)
{
	size_t len = 2;
	size_t part;

	if (text[0] != (char)('0' + code / 100) || text[0] == '3' || text[1] != '.')
		return 0;
	part = digits_len(text + len, 3);
	len += part;
	if (!part || text[len++] != '.')
		return 0;
	part = digits_len(text + len, 3);
	len += part;
	return part && (text[len] == ' ' || !text[len]) ? len : 0;
}

static void text_append(struct smtp_reply *reply, const char *text)
{
	size_t len = strlen(reply->text);

	snprintf(reply->text + len, sizeof(reply->text) - len, "%s%s", len ? " " : "", text);
	mail_text_clean(reply->text);
}

enum smtp_reply_event smtp_reply_parse(struct smtp_reply *reply, unsigned int *lines,
				       const char *line)
{
	const char *text = line + 3;
	unsigned int code;
	size_t len;

	if (digits_len(line, 3) != 3 || line[0] < '2' || line[0] > '5')
		return SMTP_REPLY_BAD;
	if (*text && *text != ' ' && *text != '-')
		return SMTP_REPLY_BAD;
	code = (unsigned int)(line[0] - '0') * 100 + (unsigned int)(line[1] - '0') * 10 +
		(unsigned int)(line[2] - '0');
	if (!*lines)
		smtp_reply_set(reply, code, "", "%s", "");
	if (code != reply->code || ++*lines > SMTP_REPLY_LINES_MAX)
		return SMTP_REPLY_BAD;

	if (*text) {
		text++;
		len = enhanced_len(text, code);
		if (len && !reply->enhanced[0])
			snprintf(reply->enhanced, sizeof(reply->enhanced), "%.*s", (int)len, text);
		text += len;
		text_append(reply, text + strspn(text, " "));
	}
	if (line[3] == '-')
		return SMTP_REPLY_MORE;
	*lines = 0;
	return SMTP_REPLY_COMPLETE;
}
