// SPDX-License-Identifier: GPL-2.0
/*
 * words: what the names in the texts of a station stand for
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "words.h"

void words_fill(struct words *words, const struct config *config, const struct job *job,
		const char *to)
{
	const time_t created = job->created_ms / 1000;
	struct tm tm;

	localtime_r(&created, &tm);
	strftime(words->date, sizeof(words->date), "%Y-%m-%d", &tm);
	strftime(words->time, sizeof(words->time), "%H:%M", &tm);
	snprintf(words->pages, sizeof(words->pages), "%lld", (long long)job->pages);
	snprintf(words->document, sizeof(words->document), "%s %s", words->pages,
		 job->pages == 1 ? "page" : "pages");
	memcpy(words->value, (const struct template_value[]){
		{ "name", config->name }, { "number", config->number },
		{ "address", config->address }, { "to", to }, { "subject", job->subject },
		{ "date", words->date }, { "time", words->time },
		{ "document", words->document }, { NULL, NULL },
	}, 9 * sizeof(*words->value));
}

/* {page} and {pages} are for the composer, which knows them; what is behind | is at the right. */
void words_header_line(const struct words *words, const struct config *config, int fd)
{
	char text[1500];
	char *right;

	if (!*config->header_line)
		return;
	template_fill(config->header_line, words->value, text, sizeof(text));
	right = strchr(text, '|');
	if (right)
		*right++ = 0;
	dprintf(fd, "header=%s\n", text);
	if (right)
		dprintf(fd, "header-right=%s\n", right);
}
