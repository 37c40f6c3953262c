/* SPDX-License-Identifier: GPL-2.0 */
/*
 * opened: what the worker that opens a mail says about it
 *
 * It parses what strangers send, so it may be theirs: all it says is data, and
 * as long as it likes only within bounds.
 */
#ifndef IFAX_OPENED_H
#define IFAX_OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPENED_TEXT_BYTES	1000
#define OPENED_ADDRESS_BYTES	324	/* the longest of RFC 5321, and more than it */
#define REPORT_ITEMS_MAX	100
#define OPENED_LOOPS_MAX	10
#define REQUEST_ADDRESSES_MAX	100
#define REQUEST_NAMES_MAX	10

/**
 * struct report_item - what a report says of one recipient
 * @recipient: Final-Recipient, without its type
 * @original: Original-Recipient, without its type
 * @action: of RFC 3464; MDN: processed, failed, deleted, alternative
 * @status: as in 5.1.1
 * @text: for people
 * @codings: what the recipient can receive, by its Media-Accept-Features
 * @dpi: resolutions, the same
 * @sizes: widths, the same
 * @features: these, perhaps cut off
 *
 * What it does not say is "".
 */
struct report_item {
	char *recipient;
	char *original;
	char *action;
	char *status;
	char *text;
	char *codings;
	char *dpi;
	char *sizes;
	char *features;
};

/** enum report_kind - see userland/message/report_read.h */
enum report_kind { REPORT_NONE, REPORT_DSN, REPORT_MDN, REPORT_BOUNCE };

struct report {
	enum report_kind kind;
	char envelope_id[OPENED_TEXT_BYTES];
	char message_id[OPENED_TEXT_BYTES];
	struct report_item item[REPORT_ITEMS_MAX];
	size_t items;
};

/**
 * struct opened - what was said so far
 * @mdn_to: who asked for a disposition notification and may have one, or ""
 * @error_to: who may be told of a failure without having asked, or ""
 * @fragment_id: of one of several mails that a message was split into, or ""
 * @fragment_number: which one, from 1
 * @fragment_total: of how many; 0: this one does not tell
 * @page_bytes: coded bytes of all pages
 * @original_id: of the message that it takes the place of, or ""
 * @has_better: it can be had in a form that gives more on paper
 * @request: what its subject asks of the station, or ""
 * @request_secret: what its text says to be allowed to
 * @request_subject: of the mails that a document is to be sent on with, or ""
 * @request_to: to these addresses
 * @request_list: and to these lists of the configuration
 * @request_addressee: who it says it is to
 * @request_date_s: when it says it was made, 0: it does not
 * @request_signed: it has a signature that can be checked
 * @loop: who forwarded it; with OPENED_LOOPS_MAX of them it goes no further
 */
struct opened {
	char from[OPENED_TEXT_BYTES];
	char subject[OPENED_TEXT_BYTES];
	char message_id[OPENED_TEXT_BYTES];
	char mdn_to[OPENED_TEXT_BYTES];
	char error_to[OPENED_TEXT_BYTES];
	char fragment_id[OPENED_TEXT_BYTES];
	int64_t fragment_number;
	int64_t fragment_total;
	int64_t page_bytes;
	char original_id[OPENED_TEXT_BYTES];
	bool has_better;
	char request[32];
	char request_secret[OPENED_TEXT_BYTES];
	char request_subject[OPENED_TEXT_BYTES];
	char request_to[REQUEST_ADDRESSES_MAX][OPENED_ADDRESS_BYTES];
	size_t request_tos;
	char request_list[REQUEST_NAMES_MAX][OPENED_ADDRESS_BYTES];
	size_t request_lists;
	char request_addressee[REQUEST_NAMES_MAX][OPENED_ADDRESS_BYTES];
	size_t request_addressees;
	int64_t request_date_s;
	bool request_signed;
	char loop[OPENED_LOOPS_MAX][OPENED_ADDRESS_BYTES];
	size_t loops;
	struct report report;
};

/* How the worker is asked to open a mail */
#define OPENED_ARGUMENTS(parts)	"open", "--parts", parts, "--codings", "mh,mr,mmr,jbig,raw"

/** opened_clear - forget all; a struct of zeros is clear */
void opened_clear(struct opened *opened);

/** opened_line - take a line; false: it is none that is known */
bool opened_line(struct opened *opened, const char *line);

#endif /* IFAX_OPENED_H */
