/* SPDX-License-Identifier: GPL-2.0 */
/* SMTP replies: what a server says and a client hears. */
#ifndef IFAX_SMTP_REPLY_H
#define IFAX_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#define SMTP_REPLY_LINE_MAX	512	/* RFC 5321, 4.5.3.1.5, with CRLF */
#define SMTP_REPLY_TEXT_MAX	480

/**
 * struct smtp_reply - a reply
 * @code: 200 to 599; 0 in a client's result if no reply of the server is the
 *	reason (time-out, connection lost): then @text tells what happened
 * @enhanced: RFC 3463 status ("5.1.1"), "" if there is none
 * @text: for people: printable ASCII and UTF-8, no control characters;
 *	several lines are joined by a space
 */
struct smtp_reply {
	unsigned int code;
	char enhanced[12];
	char text[SMTP_REPLY_TEXT_MAX + 1];
};

/**
 * smtp_reply_set() - fill in a reply
 * @reply: the reply
 * @code: three digits
 * @enhanced: status code, "" for none
 * @format: text, printf style; control characters in it become '?'
 */
void smtp_reply_set(struct smtp_reply *reply, unsigned int code, const char *enhanced,
		    const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * mail_text_clean() - make text of a peer fit for logs, records and replies
 * @text: in place: control characters and bytes that are not UTF-8 become '?'
 */
void mail_text_clean(char *text);

/**
 * mail_text_conceal() - take a secret out of the text of a peer
 * @text: in place: stars stand where it was
 * @secret: "": there is none
 */
void mail_text_conceal(char *text, const char *secret);

/**
 * mail_text_has_word() - whether a word is in a list, as of mechanisms
 * @words: separated by spaces
 * @word: in any case
 */
bool mail_text_has_word(const char *words, const char *word);

#define SMTP_REPLY_LINES_MAX	200	/* of one reply: a peer that goes on is not sane */

/**
 * enum smtp_reply_event - what a line of a peer's reply means
 * @SMTP_REPLY_MORE: more lines belong to the reply
 * @SMTP_REPLY_COMPLETE: the reply is complete
 * @SMTP_REPLY_BAD: no reply line, another code than the line before, or too many lines
 */
enum smtp_reply_event { SMTP_REPLY_MORE, SMTP_REPLY_COMPLETE, SMTP_REPLY_BAD };

/**
 * smtp_reply_parse() - read the next line of a peer's reply
 * @reply: grows with each line
 * @lines: the lines so far: 0 before the first, set to 0 when complete
 * @line: without line end
 *
 * Return: see enum smtp_reply_event.
 */
enum smtp_reply_event smtp_reply_parse(struct smtp_reply *reply, unsigned int *lines,
				       const char *line);

static inline bool smtp_reply_positive(const struct smtp_reply *reply)
{
	return reply->code >= 200 && reply->code < 400;
}

static inline bool smtp_reply_permanent(const struct smtp_reply *reply)
{
	return reply->code >= 500;
}

#endif /* IFAX_SMTP_REPLY_H */
