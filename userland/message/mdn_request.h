/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_MDN_REQUEST_H
#define _IFAX_MDN_REQUEST_H

#include <gmime/gmime.h>
#include <stdbool.h>

/**
 * struct mdn_request - whether the sender of a message is told what became of it
 * @to: who asked for a disposition notification and may get one; NULL: nobody
 * @refused: why who asked does not get one; NULL: nobody asked, or it is granted
 * @alternative: who asked has the message in another form, too (RFC 3297)
 * @error_to: who may be told of a failure without having asked; NULL: nobody
 */
struct mdn_request {
	char *to;
	const char *refused;
	bool alternative;
	char *error_to;
};

/**
 * mdn_request_read() - the request of a message, by the rules of RFC 8098, 2.1
 * @request: set; mdn_request_free() it
 * @message: message; its first Return-Path is what our side of the mail system says
 * @is_report: the message is itself a report about another
 *
 * Nobody gets an MDN for a report, for mail of a list or a machine that answers,
 * or where Return-Path is absent, null, or another than the only address in
 * Disposition-Notification-To; nor if an option is required that we do not know.
 */
void mdn_request_read(struct mdn_request *request, GMimeMessage *message, bool is_report);

/** mdn_request_automatic() - whether a message is of a list, or of a machine that answers */
bool mdn_request_automatic(GMimeMessage *message);

void mdn_request_free(struct mdn_request *request);

#endif /* _IFAX_MDN_REQUEST_H */
