/* SPDX-License-Identifier: GPL-2.0 */
/*
 * words: what the names in the texts of a station stand for: {name}, {date}, {to}, …
 */
#ifndef IFAX_WORDS_H
#define IFAX_WORDS_H

#include "config/config.h"
#include "store/jobs.h"
#include "template.h"

/* What can be named in a subject, which is the job's; in a text; and on top of a page */
#define WORDS_OF_SUBJECT	" name number address date time "
#define WORDS_OF_TEXT		WORDS_OF_SUBJECT "to subject document pages "
#define WORDS_OF_HEADER_LINE	WORDS_OF_TEXT "page "

/**
 * struct words - names and values
 * @value: for template_fill()
 */
struct words {
	struct template_value value[12];
	char pages[24];
	char document[32];
	char date[16];
	char time[16];
};

/**
 * words_fill - of a document on its way to somebody
 * @job: when it began, its pages and its subject
 * @to: the only recipient, "" if there are several
 */
void words_fill(struct words *words, const struct config *config, const struct job *job,
		const char *to);

/** words_header_line - the header line, if there is one, as ifax-message compose takes it */
void words_header_line(const struct words *words, const struct config *config, int fd);

#endif /* IFAX_WORDS_H */
