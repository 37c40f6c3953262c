/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reports about a message that was sent: delivery status notifications (DSN, RFC
 * 3464), disposition notifications (MDN, RFC 8098), and the bounces of mail
 * systems that know neither.
 */
#ifndef _IFAX_REPORT_READ_H
#define _IFAX_REPORT_READ_H

#include <gmime/gmime.h>
#include <stdio.h>

enum report_kind {
	REPORT_NONE,	/* an ordinary message */
	REPORT_DSN,
	REPORT_MDN,
	REPORT_BOUNCE,	/* in words only */
};

/**
 * report_kind() - is a message a report about another one?
 *
 * By what it holds, not by its report-type: machines leave that out.
 */
enum report_kind report_kind(GMimeMessage *message);

/**
 * report_print() - say what a report says
 * @message: report
 * @kind: its kind; REPORT_NONE prints nothing
 * @out: gets lines "report=dsn|mdn|bounce", then "report-envelope-id=…" and
 *	"report-message-id=…" as far as they are known; then for each recipient
 *	"report-recipient=ADDRESS", "report-original=ADDRESS", "report-action=…",
 *	"report-status=…", "report-text=…", "report-codings=mh,…",
 *	"report-dpi=204x196,…", "report-sizes=a4,…" (by its Media-Accept-Features)
 *	and "report-features=…" (what they say, cut off)
 *
 * Actions are those of RFC 3464 (delivered, failed, delayed, relayed, expanded);
 * an MDN's are processed, failed, deleted and alternative (RFC 3297).
 */
void report_print(GMimeMessage *message, enum report_kind kind, FILE *out);

#endif /* _IFAX_REPORT_READ_H */
