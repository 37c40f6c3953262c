// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features.h"

#define VALUE_BYTES	128
#define FILTERS_MAX	20000	/* read for one answer: what hashes stand for is read each time */

/**
 * struct reading - an expression being read
 * @text: all of it
 * @at: what comes next
 * @document: properties of the document
 * @properties: how many
 * @depth: of brackets
 * @left: filters that may still be read
 */
struct reading {
	const char *text;
	const char *at;
	const struct feature *document;
	size_t properties;
	unsigned int depth;
	unsigned int *left;
};

static enum features_answer read_filter(struct reading *reading);

static void skip_blanks(struct reading *reading)
{
	while (isspace((unsigned char)*reading->at))
		reading->at++;
}

static bool skip(struct reading *reading, char c)
{
	skip_blanks(reading);
	if (*reading->at != c)
		return false;
	reading->at++;
	return true;
}

/* ---- values ---- */

/* "…" or a word; false: there is none, or it is too long. */
static bool read_value(struct reading *reading, char value[VALUE_BYTES])
{
	size_t used = 0;

	skip_blanks(reading);
	if (*reading->at == '"') {
		for (reading->at++; *reading->at && *reading->at != '"'; reading->at++)
			if (used < VALUE_BYTES - 1)
				value[used++] = *reading->at;
			else
				return false;
		value[used] = 0;
		return skip(reading, '"');
	}
	while (*reading->at && !strchr("()[],;<>=\"", *reading->at) &&
	       !isspace((unsigned char)*reading->at) && strncmp(reading->at, "..", 2)) {
		if (used == VALUE_BYTES - 1)
			return false;
		value[used++] = *reading->at++;
	}
	value[used] = 0;
	return used;
}

/* A number, or two with a slash between; false: a word */
static bool number_of(const char *value, double *number)
{
	char *end;
	double below;

	*number = strtod(value, &end);
	if (end == value || !(isdigit((unsigned char)*value) || *value == '-' || *value == '+'))
		return false;
	if (*end == '/') {
		below = strtod(end + 1, &end);
		if (below == 0)
			return false;
		*number /= below;
	}
	return !*end;
}

/* <0, 0, >0; words are the same or not, whatever their case. */
static int compare(const char *a, const char *b, bool *ordered)
{
	double x, y;

	*ordered = number_of(a, &x) && number_of(b, &y);
	if (!*ordered)
		return g_ascii_strcasecmp(a, b);
	return x < y - 1e-9 ? -1 : x > y + 1e-9;
}

static const char *value_of(const struct reading *reading, const char *tag)
{
	for (size_t i = 0; i < reading->properties; i++)
		if (!g_ascii_strcasecmp(reading->document[i].tag, tag))
			return reading->document[i].value;
	return NULL;
}

/* ---- items ---- */

static enum features_answer truth(bool yes)
{
	return yes ? FEATURES_YES : FEATURES_NO;
}

/* VALUE or FROM..TO; whether @have is among them. false: it is neither. */
static bool read_entry(struct reading *reading, const char *have, bool *found)
{
	char from[VALUE_BYTES], to[VALUE_BYTES];
	bool low, high;

	if (!read_value(reading, from))
		return false;
	skip_blanks(reading);
	if (strncmp(reading->at, "..", 2)) {
		*found |= have && !compare(have, from, &low);
		return true;
	}
	reading->at += 2;
	if (!read_value(reading, to))
		return false;
	*found |= have && compare(have, from, &low) >= 0 && compare(have, to, &high) <= 0 && low &&
		  high;
	return true;
}

static enum features_answer read_set(struct reading *reading, const char *have)
{
	bool found = false;

	do
		if (!read_entry(reading, have, &found))
			return FEATURES_WRONG;
	while (skip(reading, ','));
	if (!skip(reading, ']'))
		return FEATURES_WRONG;
	return have ? truth(found) : FEATURES_UNKNOWN;
}

/* TAG=VALUE, TAG<=VALUE, TAG>=VALUE, TAG=[…] */
static enum features_answer read_item(struct reading *reading, const char *tag)
{
	const char *have = value_of(reading, tag);
	char sign = *reading->at, value[VALUE_BYTES];
	bool ordered;
	int order;

	if (sign == '<' || sign == '>')
		reading->at++;
	if (!skip(reading, '='))
		return FEATURES_WRONG;
	if (sign == '=' && skip(reading, '['))
		return read_set(reading, have);
	if (!read_value(reading, value))
		return FEATURES_WRONG;
	if (!have)
		return FEATURES_UNKNOWN;
	order = compare(have, value, &ordered);
	if (sign == '=')
		return truth(!order);
	return truth(ordered && (sign == '<' ? order <= 0 : order >= 0));
}

/* What is between a bracket and the one that closes it, both included; 0: it is not closed. */
static size_t bracket_bytes(const char *at)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; at[i]; i++) {
		quoted ^= at[i] == '"';
		if (quoted)
			continue;
		depth += at[i] == '(';
		depth -= at[i] == ')';
		if (depth <= 0)
			return depth ? 0 : i + 1;
	}
	return 0;
}

/* "(h.…)": what "(h.…) :- (…)" says, if it says what was hashed. */
static enum features_answer read_hash(struct reading *reading, const char *name)
{
	char defined[VALUE_BYTES + 2], hash[FEATURES_HASH_BYTES];
	struct reading inner = *reading;
	size_t bytes;

	snprintf(defined, sizeof(defined), "(%s)", name);
	for (const char *at = reading->text; (at = strstr(at, defined)); at++) {
		inner.at = at + strlen(defined);
		skip_blanks(&inner);
		if (strncmp(inner.at, ":-", 2))
			continue;
		inner.at += 2;
		skip_blanks(&inner);
		bytes = bracket_bytes(inner.at);
		features_hash(inner.at, bytes, hash);
		if (!bytes || g_ascii_strcasecmp(hash, name))
			return FEATURES_UNKNOWN;
		return read_filter(&inner);
	}
	return FEATURES_UNKNOWN;
}

/* ---- filters ---- */

static enum features_answer read_list(struct reading *reading, bool all)
{
	enum features_answer answer = all ? FEATURES_YES : FEATURES_NO;

	do {
		enum features_answer next = read_filter(reading);

		if (next == FEATURES_WRONG)
			return next;
		answer = all ? MIN(answer, next) : MAX(answer, next);
		skip_blanks(reading);
	} while (*reading->at == '(');
	return answer;
}

static enum features_answer read_inside(struct reading *reading)
{
	enum features_answer answer;
	char tag[VALUE_BYTES];

	skip_blanks(reading);
	switch (*reading->at) {
	case '&':
	case '|':
		return read_list(reading, *reading->at++ == '&');
	case '!':
		reading->at++;
		answer = read_filter(reading);
		return answer == FEATURES_WRONG ? answer : FEATURES_YES - answer;
	default:
		if (!read_value(reading, tag))
			return FEATURES_WRONG;
		skip_blanks(reading);
		if (*reading->at == ')')
			return g_ascii_strncasecmp(tag, "h.", 2) ? FEATURES_UNKNOWN :
				read_hash(reading, tag);
		return read_item(reading, tag);
	}
}

/* ";q=0.5" behind an expression says how much it is liked: that is not asked. */
static void skip_parameters(struct reading *reading)
{
	char ignored[VALUE_BYTES];

	while (skip(reading, ';'))
		while (read_value(reading, ignored) && skip(reading, '='))
			;
}

static enum features_answer read_filter(struct reading *reading)
{
	enum features_answer answer;

	if (reading->depth == FEATURES_DEPTH_MAX || !*reading->left || !skip(reading, '('))
		return FEATURES_WRONG;
	--*reading->left;
	reading->depth++;
	answer = read_inside(reading);
	reading->depth--;
	if (answer == FEATURES_WRONG || !skip(reading, ')'))
		return FEATURES_WRONG;
	skip_parameters(reading);
	return answer;
}

enum features_answer features_judge(const char *expression, const struct feature *document,
				    size_t properties)
{
	unsigned int left = FILTERS_MAX;
	struct reading reading = {
		.text = expression, .at = expression, .document = document,
		.properties = properties, .left = &left,
	};
	enum features_answer answer;

	if (strnlen(expression, FEATURES_BYTES_MAX + 1) > FEATURES_BYTES_MAX)
		return FEATURES_WRONG;
	answer = read_filter(&reading);
	if (answer == FEATURES_WRONG)
		return answer;
	skip_blanks(&reading);
	/* "where (h.…) :- (…) end" may follow */
	if (*reading.at && g_ascii_strncasecmp(reading.at, "where", 5))
		return FEATURES_WRONG;
	return answer;
}

/* ---- what it means for fax pages ---- */

static const char * const codings[] = { "MH", "MR", "MMR", "JBIG" };
static const char * const sizes[] = { "a4", "b4", "a3" };

/* Resolutions, and what is the same of another name (RFC 3949, 4.4.2) */
static const struct {
	const char *name;
	const char *dpi[2], *ratio[2];
} resolutions[] = {
	{ "204x98", { "204", "200" }, { "204/98", "2" } },
	{ "204x196", { "204", "200" }, { "204/196", "1" } },
	{ "204x391", { "204", "200" }, { "204/391", "1/2" } },
	{ "300x300", { "300", "300" }, { "1", "1" } },
	{ "408x391", { "408", "400" }, { "408/391", "1" } },
	{ "600x600", { "600", "600" }, { "1", "1" } },
};

/**
 * struct page_features - a page that might be sent
 * @coding: image-coding
 * @dpi: NULL: it does not matter
 * @ratio: dpi-xyratio, if there is @dpi
 * @size: paper-size; NULL: it does not matter
 */
struct page_features {
	const char *coding, *dpi, *ratio, *size;
};

/* What is told of nothing is allowed, as far as the rest is. */
static bool allows_page(const char *expression, const struct page_features *page)
{
	static const char * const types[] = { "image/tiff", "image/tiff-fx" };
	bool good = false;

	for (size_t i = 0; !good && i < G_N_ELEMENTS(types); i++) {
		struct feature document[6] = {
			{ "color", "Binary" }, { "type", types[i] },
			{ "image-coding", page->coding },
		};
		size_t known = 3;

		if (page->size)
			document[known++] = (struct feature){ "paper-size", page->size };
		if (page->dpi) {
			document[known++] = (struct feature){ "dpi", page->dpi };
			document[known++] = (struct feature){ "dpi-xyratio", page->ratio };
		}
		good = features_judge(expression, document, known) > FEATURES_NO;
	}
	return good;
}

static bool allows(const char *expression, size_t coding, int resolution, int size)
{
	struct page_features page = { .coding = codings[coding] };
	bool good = false;

	if (size >= 0)
		page.size = sizes[size];
	if (resolution < 0)
		return allows_page(expression, &page);
	for (int name = 0; name < 2; name++) {
		page.dpi = resolutions[resolution].dpi[name];
		page.ratio = resolutions[resolution].ratio[name];
		good |= allows_page(expression, &page);
	}
	return good;
}

/*
 * Does it tell which of them can be received? Not if it allows what nobody can. An expression
 * may do so although it has the word: beside others that we do not know, for instance.
 */
static bool tells_codings(const char *expression)
{
	return !allows_page(expression, &(struct page_features){ .coding = "none" });
}

static bool tells_dpi(const char *expression, const char *coding)
{
	struct page_features coarse = { coding, "1", "1", NULL }, fine = { coding, "99999", "1", NULL };

	return !allows_page(expression, &coarse) || !allows_page(expression, &fine);
}

static bool tells_sizes(const char *expression, const char *coding)
{
	return !allows_page(expression, &(struct page_features){ .coding = coding, .size = "none" });
}

/* By all the codings of a set; bits are their places. */
static bool all_allow(const char *expression, unsigned int set, int resolution, int size)
{
	for (size_t i = 0; i < G_N_ELEMENTS(codings); i++)
		if (set & 1U << i && !allows(expression, i, resolution, size))
			return false;
	return true;
}

static void append(char *list, size_t bytes, const char *name)
{
	size_t used = strlen(list);

	snprintf(list + used, bytes - used, "%s%s", used ? "," : "", name);
}

int features_summarise(const char *expression, struct features_summary *summary)
{
	unsigned int set = 0, reached = 0;
	const char *coding = codings[0];
	bool has_dpi, has_sizes;

	*summary = (struct features_summary){ .codings = "" };
	if (features_judge(expression, NULL, 0) == FEATURES_WRONG)
		return -1;
	/* that everybody can read profile S need not be told, more must be */
	for (size_t i = 0; i < (tells_codings(expression) ? G_N_ELEMENTS(codings) : 1); i++)
		set |= (unsigned int)allows(expression, i, -1, -1) << i;
	for (size_t i = 0; i < G_N_ELEMENTS(codings); i++) {
		char *name = g_ascii_strdown(codings[i], -1);

		if (set & 1U << i) {
			append(summary->codings, sizeof(summary->codings), name);
			coding = codings[i];
		}
		g_free(name);
	}
	has_dpi = set && tells_dpi(expression, coding);
	for (size_t i = 0; has_dpi && i < G_N_ELEMENTS(resolutions); i++) {
		if (!all_allow(expression, set, i, -1))
			continue;
		reached |= 1U << i;
		append(summary->dpi, sizeof(summary->dpi), resolutions[i].name);
	}
	has_sizes = set && tells_sizes(expression, coding);
	for (size_t s = 0; has_sizes && s < G_N_ELEMENTS(sizes); s++) {
		bool good = all_allow(expression, set, -1, s);

		for (size_t i = 0; good && i < G_N_ELEMENTS(resolutions); i++)
			good = !(reached & 1U << i) || all_allow(expression, set, i, s);
		if (good)
			append(summary->sizes, sizeof(summary->sizes), sizes[s]);
	}
	return 0;
}

static bool in_common(const char *own, const char *offered, int resolution)
{
	for (size_t coding = 0; coding < G_N_ELEMENTS(codings); coding++)
		for (size_t size = 0; size < G_N_ELEMENTS(sizes); size++)
			if (allows(own, coding, resolution, size) &&
			    allows(offered, coding, resolution, size))
				return true;
	return false;
}

bool features_better(const char *own, const char *offered, unsigned int x_dpi, unsigned int y_dpi)
{
	if (!x_dpi)
		return in_common(own, offered, -1);
	if (!strcasestr(offered, "dpi"))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(resolutions); i++) {
		unsigned int x = 0, y = 0;

		if (sscanf(resolutions[i].name, "%ux%u", &x, &y) == 2 && x * y > x_dpi * y_dpi &&
		    in_common(own, offered, i))
			return true;
	}
	return false;
}

void features_hash(const char *expression, size_t bytes, char hash[FEATURES_HASH_BYTES])
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
	GChecksum *md5 = g_checksum_new(G_CHECKSUM_MD5);
	guint8 digest[17] = { 0 };
	gsize length = 16;

	for (size_t i = 0; i < bytes && expression[i]; i++) {
		guchar c = g_ascii_toupper(expression[i]);

		if (!g_ascii_isspace(expression[i]))
			g_checksum_update(md5, &c, 1);
	}
	g_checksum_get_digest(md5, digest, &length);
	g_checksum_free(md5);
	strcpy(hash, "h.");
	for (int i = 0; i < 26; i++) {
		unsigned int two = digest[i * 5 / 8] << 8 | digest[i * 5 / 8 + 1];

		hash[2 + i] = digits[two >> (11 - i * 5 % 8) & 31];
	}
	hash[28] = 0;
}
