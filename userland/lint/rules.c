// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "../message/line.h"
#include "rules.h"

#define ALL	PROFILES
#define S	PROFILE_S
#define F	PROFILE_F
#define J	PROFILE_J

/**
 * struct rule_text - a rule
 * @name: what people call it
 * @profiles: those that a file which breaks it is not; none: of the message
 * @should: a recommendation: excludes nothing
 * @clause: where it is written
 */
static const struct rule_text {
	const char *name;
	unsigned int profiles;
	gboolean should;
	const char *clause;
} rules[RULES] = {
	[RULE_NO_TIFF] = { "no-tiff", ALL, FALSE, "RFC 3949, 2.1" },
	[RULE_BYTE_ORDER] = { "byte-order", S, FALSE, "RFC 3949, 3.5" },
	[RULE_FIRST_IFD] = { "first-ifd", S, FALSE, "RFC 3949, 3.5" },
	[RULE_IFD_CUT_OFF] = { "ifd-cut-off", ALL, FALSE, "RFC 3949, 2.1" },
	[RULE_IFD_ODD] = { "ifd-odd", ALL, FALSE, "TIFF 6.0, 2; RFC 3249, 5" },
	[RULE_IFD_LOOP] = { "ifd-loop", ALL, FALSE, "RFC 3949, 2.1" },
	[RULE_IFD_ORDER] = { "ifd-order", S, FALSE, "RFC 3949, 3.5; RFC 3249, 5" },
	[RULE_IFD_AFTER_IMAGE] = { "ifd-after-image", S, FALSE, "RFC 3949, 3.5; RFC 3249, 5" },
	[RULE_VALUES_PLACE] = { "values-place", S, FALSE, "RFC 3949, 3.5" },
	[RULE_FIELD_ORDER] = { "field-order", ALL, FALSE, "TIFF 6.0, 2; RFC 3249, 5" },
	[RULE_FIELD_TWICE] = { "field-twice", ALL, FALSE, "RFC 3249, 5" },
	[RULE_FIELD_TYPE] = { "field-type", ALL, FALSE, "RFC 3949, 2.2; TIFF 6.0" },
	[RULE_FIELD_CUT_OFF] = { "field-cut-off", ALL, FALSE, "RFC 3949, 2.1" },
	[RULE_FIELD_MISSING] = { "field-missing", ALL, FALSE, "RFC 3949, 2.2" },
	[RULE_FIELD_EXTRA] = { "field-extra", S, TRUE, "RFC 3949, 3.3" },
	[RULE_SUBFILE_TYPE] = { "subfile-type", ALL, FALSE, "RFC 3949, 3.2, 4.2, 5.2" },
	[RULE_SAMPLES] = { "samples", ALL, FALSE, "RFC 3949, 3.2, 4.2, 5.2" },
	[RULE_COMPRESSION_S] = { "compression-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_COMPRESSION_F] = { "compression-f", F, FALSE, "RFC 3949, 4.2" },
	[RULE_COMPRESSION_J] = { "compression-j", J, FALSE, "RFC 3949, 5.2" },
	[RULE_PHOTOMETRIC_S] = { "photometric-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_PHOTOMETRIC] = { "photometric", F | J, FALSE, "RFC 3949, 4.2, 5.2" },
	[RULE_FILL_ORDER_S] = { "fill-order-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_FILL_ORDER] = { "fill-order", F | J, FALSE, "RFC 3949, 4.2, 5.2" },
	[RULE_WIDTH_S] = { "width-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_WIDTH] = { "width", F | J, FALSE, "RFC 3949, 4.2, 5.2" },
	[RULE_RESOLUTION_S] = { "resolution-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_RESOLUTION] = { "resolution", F | J, FALSE, "RFC 3949, 4.2, 5.2" },
	[RULE_RESOLUTION_UNIT_S] = { "resolution-unit-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_RESOLUTION_UNIT] = { "resolution-unit", F | J, FALSE, "RFC 3949, 4.2, 5.2" },
	[RULE_T4OPTIONS_S] = { "t4options-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_T4OPTIONS] = { "t4options", F, FALSE, "RFC 3949, 4.2" },
	[RULE_T6OPTIONS] = { "t6options", F, FALSE, "RFC 3949, 4.2" },
	[RULE_T82OPTIONS] = { "t82options", J, FALSE, "RFC 3949, 5.2" },
	[RULE_PAGE_NUMBER] = { "page-number", ALL, FALSE, "RFC 3949, 2.2" },
	[RULE_STRIPS_S] = { "strips-s", S, FALSE, "RFC 3949, 3.2" },
	[RULE_STRIP_COUNT] = { "strip-count", ALL, FALSE, "RFC 3949, 2.2" },
	[RULE_STRIP_CUT_OFF] = { "strip-cut-off", ALL, FALSE, "RFC 3949, 2.2; RFC 3249, 5" },
	[RULE_STRIP_OVERLAP] = { "strip-overlap", ALL, FALSE, "RFC 3249, 5" },
	[RULE_EOL_FIRST] = { "eol-first", S | F, FALSE, "RFC 3949, 3.4" },
	[RULE_EOL_LAST] = { "eol-last", S | F, FALSE, "RFC 3949, 3.4" },
	[RULE_EOL_ALIGNED] = { "eol-aligned", S | F, FALSE, "RFC 3949, 3.2, 4.2" },
	[RULE_RTC] = { "rtc", S | F, TRUE, "RFC 3949, 3.4" },
	[RULE_EOFB] = { "eofb", F, FALSE, "RFC 3949, 4" },
	[RULE_JBIG_HEADER] = { "jbig-header", J, FALSE, "RFC 3949, 5.2; T.85" },
	[RULE_CODED_DATA] = { "coded-data", ALL, FALSE, "T.4, T.6, T.85" },
	[RULE_MAIL_DATE] = { "mail-date", 0, FALSE, "RFC 3965, 2.2.1" },
	[RULE_MAIL_FROM] = { "mail-from", 0, FALSE, "RFC 3965, 2.2.1" },
	[RULE_MAIL_ID] = { "mail-id", 0, TRUE, "RFC 3965, 2.2.1" },
	[RULE_MAIL_VERSION] = { "mail-version", 0, FALSE, "RFC 2045, 4" },
	[RULE_MAIL_TWICE] = { "mail-twice", 0, FALSE, "RFC 5322, 3.6" },
	[RULE_MAIL_LINE] = { "mail-line", 0, FALSE, "RFC 5322, 2.1.1" },
	[RULE_MAIL_ENCODING] = { "mail-encoding", 0, FALSE, "RFC 2045, 6.4" },
	[RULE_MAIL_BOUNDARY] = { "mail-boundary", 0, FALSE, "RFC 2046, 5.1.1" },
	[RULE_MAIL_NO_TIFF] = { "mail-no-tiff", 0, FALSE, "RFC 3965, 2.2.3" },
	[RULE_MAIL_TYPE] = { "mail-type", 0, FALSE, "RFC 3949, 2.2; RFC 3249, 5.3; RFC 3950" },
	[RULE_MAIL_TYPE_FX] = { "mail-type-fx", 0, TRUE, "RFC 3249, 5.3; RFC 3950" },
	[RULE_MAIL_TYPE_OTHER] = { "mail-type-other", 0, TRUE, "RFC 3965, 2.2.3; RFC 3302" },
	[RULE_MAIL_FAXBW] = { "mail-faxbw", 0, TRUE, "RFC 3302" },
};

const char *profile_names(unsigned int profiles)
{
	static const char * const names[] = { "no", "S", "F", "S, F", "J", "S, J", "F, J",
					      "S, F, J" };

	return names[profiles & PROFILES];
}

static void print_finding(struct findings *findings, const struct rule_text *rule,
			  unsigned int profiles, const char *text)
{
	GString *before = g_string_new(findings->name);
	char *line;

	if (findings->lines++ >= FINDINGS_MAX) {
		if (findings->lines == FINDINGS_MAX + 1)
			printf("%s: more was found, and is not shown\n", findings->name);
		goto out;
	}
	if (*findings->part)
		g_string_append_printf(before, ": %s", findings->part);
	if (findings->page)
		g_string_append_printf(before, ": page %u", findings->page);
	if (profiles)
		g_string_append_printf(before, ": %s %s: ", rule->should ? "poor" : "not",
				       profile_names(profiles));
	else
		g_string_append(before, rule->should ? ": should: " : ": must: ");
	line = g_strdup_printf("%s: %s (%s)", rule->name, text, rule->clause);
	print_line(stdout, before->str, line);
	g_free(line);
out:
	g_string_free(before, TRUE);
}

static void note(struct findings *findings, enum rule number, unsigned int profiles,
		 const char *text, va_list args)
{
	const struct rule_text *rule = &rules[number];
	char *what = g_strdup_vprintf(text, args);

	print_finding(findings, rule, profiles, what);
	g_free(what);
	if (rule->should)
		return;
	findings->left &= ~profiles;
	findings->broken += !profiles;
}

void found(struct findings *findings, enum rule rule, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	note(findings, rule, rules[rule].profiles, text, args);
	va_end(args);
}

void found_for(struct findings *findings, enum rule rule, unsigned int profiles,
	       const char *text, ...)
{
	va_list args;

	va_start(args, text);
	note(findings, rule, profiles, text, args);
	va_end(args);
}

void print_rules(void)
{
	for (unsigned int i = 0; i < RULES; i++)
		printf("%-18s %-8s %-7s %s\n", rules[i].name,
		       rules[i].profiles ? profile_names(rules[i].profiles) : "message",
		       rules[i].should ? "should" : "must", rules[i].clause);
}
