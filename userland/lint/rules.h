/* SPDX-License-Identifier: GPL-2.0 */
/* The rules that a fax file or message is held to, and what was found against them. */
#ifndef _IFAX_RULES_H
#define _IFAX_RULES_H

#include <glib.h>

/* Profiles of RFC 3949, as a set */
#define PROFILE_S	1U
#define PROFILE_F	2U
#define PROFILE_J	4U
#define PROFILES	(PROFILE_S | PROFILE_F | PROFILE_J)

/* The table in rules.c has their names, clauses and the profiles they belong to. */
enum rule {
	/* the file */
	RULE_NO_TIFF,
	RULE_BYTE_ORDER,
	RULE_FIRST_IFD,
	RULE_IFD_CUT_OFF,
	RULE_IFD_ODD,
	RULE_IFD_LOOP,
	RULE_IFD_ORDER,
	RULE_IFD_AFTER_IMAGE,
	RULE_VALUES_PLACE,
	RULE_FIELD_ORDER,
	RULE_FIELD_TWICE,
	RULE_FIELD_TYPE,
	RULE_FIELD_CUT_OFF,
	RULE_FIELD_MISSING,
	RULE_FIELD_EXTRA,
	/* values of fields */
	RULE_SUBFILE_TYPE,
	RULE_SAMPLES,
	RULE_COMPRESSION_S,
	RULE_COMPRESSION_F,
	RULE_COMPRESSION_J,
	RULE_PHOTOMETRIC_S,
	RULE_PHOTOMETRIC,
	RULE_FILL_ORDER_S,
	RULE_FILL_ORDER,
	RULE_WIDTH_S,
	RULE_WIDTH,
	RULE_RESOLUTION_S,
	RULE_RESOLUTION,
	RULE_RESOLUTION_UNIT_S,
	RULE_RESOLUTION_UNIT,
	RULE_T4OPTIONS_S,
	RULE_T4OPTIONS,
	RULE_T6OPTIONS,
	RULE_T82OPTIONS,
	RULE_PAGE_NUMBER,
	/* strips and what is in them */
	RULE_STRIPS_S,
	RULE_STRIP_COUNT,
	RULE_STRIP_CUT_OFF,
	RULE_STRIP_OVERLAP,
	RULE_EOL_FIRST,
	RULE_EOL_LAST,
	RULE_EOL_ALIGNED,
	RULE_RTC,
	RULE_EOFB,
	RULE_JBIG_HEADER,
	RULE_CODED_DATA,
	/* the message around it */
	RULE_MAIL_DATE,
	RULE_MAIL_FROM,
	RULE_MAIL_ID,
	RULE_MAIL_VERSION,
	RULE_MAIL_TWICE,
	RULE_MAIL_LINE,
	RULE_MAIL_ENCODING,
	RULE_MAIL_BOUNDARY,
	RULE_MAIL_NO_TIFF,
	RULE_MAIL_TYPE,
	RULE_MAIL_TYPE_FX,
	RULE_MAIL_TYPE_OTHER,
	RULE_MAIL_FAXBW,
	RULES,
};

/**
 * struct findings - what was found in one TIFF, or in the message around it
 * @name: of the file, as it stands before each line
 * @part: part of the message that the TIFF is, e.g. "part 2"; may be ""
 * @page: page that is being looked at, 0: none
 * @left: profiles that no rule has excluded yet
 * @broken: musts of messages that were broken
 * @lines: lines printed
 */
struct findings {
	const char *name;
	char part[40];
	unsigned int page;
	unsigned int left;
	unsigned int broken;
	unsigned int lines;
};

/* Lines printed for one TIFF at most */
#define FINDINGS_MAX	500

/**
 * found() - a rule is broken
 * @findings: findings; the profiles of the rule are out
 * @rule: rule
 * @text: what is wrong, printf format
 */
__attribute__((format(printf, 3, 4)))
void found(struct findings *findings, enum rule rule, const char *text, ...);

/**
 * found_for() - a rule is broken by some of the profiles it belongs to
 */
__attribute__((format(printf, 4, 5)))
void found_for(struct findings *findings, enum rule rule, unsigned int profiles,
	       const char *text, ...);

/**
 * profile_names() - "S, F", "no" for an empty set; constant string
 */
const char *profile_names(unsigned int profiles);

/* Prints the table of rules. */
void print_rules(void);

#endif /* _IFAX_RULES_H */
