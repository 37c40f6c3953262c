// SPDX-License-Identifier: GPL-2.0
/*
 * The fit rules: cases that an office knows, by name; then all pages, papers and
 * policies of a grid against the plain way, which lists every option there is,
 * throws out what the rules forbid and sorts the rest.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ifax/fit.h>
#include "tap.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static const struct ifax_resolution many[] = {
	{ 204, 196 }, { 204, 98 }, { 300, 300 }, { 600, 600 },
};

static const struct ifax_fit_paper a4 = { 2100, 2970 }, a4_lef = { 2970, 2100 };
static const struct ifax_fit_paper a3 = { 2970, 4200 }, a5 = { 1480, 2100 };
static const struct ifax_fit_paper b4 = { 2570, 3640 }, letter = { 2159, 2794 };
static const struct ifax_fit_paper none = { 0, 0 };

static struct ifax_fit_engine engine_of(const struct ifax_fit_paper *paper, u32 papers)
{
	return (struct ifax_fit_engine){
		.resolution = many, .resolutions = COUNT(many), .width_px_min = 8,
		.width_px_max = 7296, .lines_max = 16384, .paper = paper, .papers = papers,
	};
}

/* ---- cases by name ---- */

/**
 * struct known - what has to become of a page
 * @name: the case
 * @page: page
 * @paper: papers, up to the first @none
 * @ret: return value
 * @chosen: number of the paper
 * @turned: turned
 * @percent: size on paper, rounded
 * @sheets: number of sheets
 * @width_px: width of what is printed
 * @lines: length of what is printed
 */
struct known {
	const char *name;
	struct ifax_fit_page page;
	struct ifax_fit_paper paper[4];
	int ret;
	u32 chosen;
	bool turned;
	u32 percent;
	u32 sheets;
	u32 width_px;
	u32 lines;
};

#define OFFICE	IFAX_SCALING_ENGINE, IFAX_FIT_OFFICE, true

static void known_cases(void)
{
	const struct known cases[] = {
		{ "A4 on A4: the edges are cut off", { 1728, 2292, 204, 196, OFFICE }, { a4 },
		  0, 0, false, 100, 1, 1686, 2291 },
		{ "A4, normal resolution, on A4", { 1728, 1146, 204, 98, OFFICE }, { a4 },
		  0, 0, false, 100, 1, 1686, 1145 },
		{ "A4 at 200x100 on A4: 204x98 is near enough",
		  { 1728, 1169, 200, 100, OFFICE }, { a4 }, 0, 0, false, 100, 1, 1686, 1145 },
		{ "A4 at 240x240 on A4: 300x300", { 2025, 2806, 240, 240, OFFICE }, { a4 },
		  0, 0, false, 100, 1, 2480, 3507 },
		{ "A4 on A3 or A4", { 1728, 2292, 204, 196, OFFICE }, { a3, a4 },
		  0, 1, false, 100, 1, 1686, 2291 },
		{ "letter on A4 or letter", { 1728, 2156, 204, 196, OFFICE }, { a4, letter },
		  0, 1, false, 100, 1, 1728, 2156 },
		{ "a short page on A4", { 1728, 500, 204, 196, OFFICE }, { a4 },
		  0, 0, false, 100, 1, 1686, 500 },
		{ "A4 across on A4: turned", { 2432, 1620, 204, 196, OFFICE }, { a4 },
		  0, 0, true, 100, 1, 1686, 2291 },
		{ "A4 across on A4 long edge first", { 2432, 1620, 204, 196, OFFICE },
		  { a4, a4_lef }, 0, 1, false, 100, 1, 2385, 1620 },
		{ "B4 on A4: reduced", { 2048, 2809, 204, 196, OFFICE }, { a4 },
		  0, 0, false, 81, 1, 1670, 2291 },
		{ "A3 on A4: reduced", { 2432, 3241, 204, 196, OFFICE }, { a4 },
		  0, 0, false, 69, 1, 1686, 2247 },
		{ "A4 on A5: reduced", { 1728, 2292, 204, 196, OFFICE }, { a5 },
		  0, 0, false, 69, 1, 1188, 1576 },
		{ "60 cm on A4: three sheets", { 1728, 4630, 204, 196, OFFICE }, { a4 },
		  0, 0, false, 100, 3, 1686, 4630 },
		{ "59 cm on A4: the rest would be an edge", { 1728, 4600, 204, 196, OFFICE },
		  { a4 }, 0, 0, false, 100, 2, 1686, 4505 },
		{ "A4 on B4: as large as it is", { 1728, 2292, 204, 196, OFFICE }, { b4 },
		  0, 0, false, 100, 1, 1728, 2292 },
		{ "nothing there", { 1728, 2292, 204, 196, OFFICE }, { none, none },
		  -ENOMEDIUM, 0, false, 0, 0, 0, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		const struct known *k = &cases[i];
		struct ifax_fit fit = {};
		u32 papers = 0, percent;
		struct ifax_fit_engine engine;
		int ret;

		while (papers < 4 && k->paper[papers].x_dmm)
			papers++;
		engine = engine_of(k->paper, papers ? papers : 2);
		ret = ifax_fit_page(&fit, &k->page, &engine);
		if (ret) {
			ok(ret == k->ret, "%s", k->name);
			continue;
		}
		percent = (u64)fit.scale.x_to * 100 * (fit.turned ? k->page.y_dpi : k->page.x_dpi) /
			  ((u64)fit.scale.x_from * fit.x_dpi);
		ok(!k->ret && fit.paper == k->chosen && fit.turned == k->turned &&
		   percent + 1 >= k->percent && percent <= k->percent &&
		   fit.sheets == k->sheets && fit.scale.width_px == k->width_px &&
		   fit.lines == k->lines, "%s", k->name);
		diag("paper %u turned %d %u %% sheets %u %u x %u at %ux%u", fit.paper, fit.turned,
		     percent, fit.sheets, fit.scale.width_px, fit.lines, fit.x_dpi, fit.y_dpi);
	}
}

/* ---- the plain way ---- */

/**
 * struct option - one way to print a page
 * @rule: number of the rule, the first is the best
 * @num: size on paper, @num / @den
 * @den: see @num
 * @turned: turned
 * @sheets: number of sheets
 * @apart: of page and paper
 * @paper: number of the paper
 * @lines: what of the page is printed
 * @dpi: resolution of the engine
 */
struct option {
	u32 rule;
	u64 num;
	u64 den;
	bool turned;
	u32 sheets;
	u64 apart;
	u32 paper;
	u32 lines;
	struct ifax_resolution dpi;
};

enum rule { SAME, EDGE, TURN, REDUCE, SPLIT, TRIM, LEFT, RULES };

/* What the documentation says of each policy: the rules that hold, in order */
static bool allows(u32 policy, enum rule rule, bool any_paper)
{
	switch (policy) {
	case IFAX_FIT_OFFICE:
		return rule >= EDGE && rule <= SPLIT;
	case IFAX_FIT_TRIM:
		return rule == SAME || rule == TRIM;
	case IFAX_FIT_REDUCE:
		return rule == SAME || rule == REDUCE;
	case IFAX_FIT_SPLIT:
		return rule == SAME || rule == SPLIT;
	case IFAX_FIT_ROTATE:
		return rule == SAME || rule == TURN || (rule == LEFT && any_paper);
	default:
		return rule == SAME || (rule == LEFT && any_paper);
	}
}

static u64 rounded(u64 count, u64 from, u64 to)
{
	u64 whole = count * to / from, rest = count * to % from;

	whole += 2 * rest > from || (2 * rest == from && from % 2);
	return whole || !count ? whole : 1;
}

static struct ifax_resolution nearest(const struct ifax_fit_page *page,
				      const struct ifax_fit_engine *engine)
{
	u64 best_cost = ~0ULL, cost;
	struct ifax_resolution best = {};
	u32 i;

	for (i = 0; i < engine->resolutions; i++) {
		struct ifax_resolution has = engine->resolution[i];

		cost = (u64)has.x_dpi * has.y_dpi;
		if (10 * has.x_dpi < 9 * page->x_dpi || 10 * has.y_dpi < 9 * page->y_dpi)
			cost = (1ULL << 40) - cost;
		if (rounded(page->width_px, page->x_dpi, has.x_dpi) > engine->width_px_max)
			cost += 1ULL << 42;
		if (has.x_dpi == page->x_dpi && has.y_dpi == page->y_dpi)
			cost = 0;
		if (cost < best_cost) {
			best_cost = cost;
			best = has;
		}
	}
	return best;
}

static u64 apart(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

/* Lay sheets out, one after the other, until all lines are on one */
static u32 lay_out(u32 lines, u32 sheet, u32 overlap)
{
	u32 sheets = 1, end = sheet;

	while (end < lines) {
		end += overlap < sheet / 2 ? sheet - overlap : sheet;
		sheets++;
	}
	return sheets;
}

/* Size on paper of what is @page long and has room for @room, of which @edge may be cut off */
static void shrink(struct option *o, u64 page, u64 room, u64 edge)
{
	if (page > room + edge && room * o->den < page * o->num) {
		o->num = room;
		o->den = page;
	}
}

static bool option_ok(struct option *o, const struct ifax_fit_page *upright,
		      const struct ifax_fit_engine *engine)
{
	const struct ifax_fit_paper *paper = engine->papers ? &engine->paper[o->paper] : NULL;
	struct ifax_fit_page page = *upright;
	bool office = upright->page_fit == IFAX_FIT_OFFICE;
	u64 width, length, x, y, edge_x, edge_y, overlap;

	if (o->turned)
		page = (struct ifax_fit_page){ upright->lines, upright->width_px, upright->y_dpi,
					       upright->x_dpi, 0, 0, false };
	o->dpi = nearest(&page, engine);
	width = rounded(page.width_px, page.x_dpi, o->dpi.x_dpi);
	length = rounded(page.lines, page.y_dpi, o->dpi.y_dpi);
	x = paper ? (u64)paper->x_dmm * o->dpi.x_dpi / 254 : engine->width_px_max;
	y = paper ? (u64)paper->y_dmm * o->dpi.y_dpi / 254 : engine->lines_max;
	x = x < engine->width_px_max ? x : engine->width_px_max;
	y = y < engine->lines_max ? y : engine->lines_max;
	if (!x || !y)
		return false;
	o->apart = paper ? apart(width * 254 / o->dpi.x_dpi, paper->x_dmm) +
			   apart(length * 254 / o->dpi.y_dpi, paper->y_dmm) : 0;
	edge_x = office ? 180 * o->dpi.x_dpi / 254 : 0;
	edge_y = office ? 150 * o->dpi.y_dpi / 254 : 0;
	overlap = 100 * o->dpi.y_dpi / 254;
	o->num = 1;
	o->den = 1;
	o->sheets = 1;
	o->lines = length;
	switch (o->rule) {
	case SAME:
		return !o->turned && width <= x && length <= y;
	case EDGE:
		o->lines = length < y ? length : y;
		return !o->turned && width <= x + edge_x && length <= y + edge_y;
	case TURN:
		o->lines = length < y ? length : y;
		return o->turned && width <= x + edge_x && length <= y + edge_y;
	case REDUCE:
		if (o->turned && !office)
			return false;
		shrink(o, width, x, edge_x);
		shrink(o, length, y, edge_y);
		o->lines = 0;
		return !office || o->num * 100 >= o->den * 65;
	case SPLIT:
		shrink(o, width, x, edge_x);
		length = length * o->num / o->den;
		o->lines = 0;
		o->sheets = lay_out(length > edge_y ? length - edge_y : length, y, overlap);
		return !o->turned;
	case TRIM:
		o->lines = length < y ? length : y;
		return !o->turned;
	default:
		o->lines = length < engine->lines_max ? length : engine->lines_max;
		return !o->turned;
	}
}

/* The same order as in the documentation */
static bool option_better(const struct option *a, const struct option *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule;
	if (a->num * b->den != b->num * a->den)
		return a->num * b->den > b->num * a->den;
	if (a->turned != b->turned)
		return b->turned;
	if (a->sheets != b->sheets)
		return a->sheets < b->sheets;
	if (a->apart != b->apart)
		return a->apart < b->apart;
	return a->paper < b->paper;
}

static bool best_option(struct option *best, const struct ifax_fit_page *page,
			const struct ifax_fit_engine *engine)
{
	u32 policy = page->page_fit;
	bool found = false;
	struct option o = {};
	int turned;

	if (page->scaling == IFAX_SCALING_FIT && policy == IFAX_FIT_SAME)
		policy = IFAX_FIT_REDUCE;
	for (o.paper = 0; o.paper < (engine->papers ? engine->papers : 1); o.paper++)
		for (o.rule = 0; o.rule < RULES; o.rule++)
			for (turned = 0; turned < 2; turned++) {
				o.turned = turned;
				if (allows(policy, o.rule, page->any_paper) &&
				    option_ok(&o, page, engine) &&
				    (!found || option_better(&o, best))) {
					*best = o;
					found = true;
				}
			}
	return found;
}

/* What must be so of any way, however it was found */
static bool is_sound(const struct ifax_fit *fit, const struct ifax_fit_page *page,
		     const struct ifax_fit_engine *engine)
{
	struct ifax_codec_format fmt = { .width_px = fit->turned ? page->lines : page->width_px };
	const struct ifax_scale *scale = &fit->scale;
	u32 from_x = fit->turned ? page->y_dpi : page->x_dpi;
	u32 from_y = fit->turned ? page->x_dpi : page->y_dpi;
	u32 sheet, end = 0, first, lines;
	long long x, y;

	if (ifax_scale_ok(scale, &fmt) || scale->top_lines || !fit->sheets ||
	    scale->width_px > engine->width_px_max || scale->width_px < engine->width_px_min ||
	    scale->left_px > 0)
		return false;
	/* not squashed: both factors, in size on paper, are the same but for their last digit */
	x = (long long)scale->x_to * from_x * fit->y_dpi * scale->y_from;
	y = (long long)scale->y_to * from_y * fit->x_dpi * scale->x_from;
	if (llabs(x - y) > x / 2048 + x / scale->x_to + x / scale->y_to)
		return false;
	for (sheet = 0; sheet < fit->sheets; sheet++) {
		first = ifax_fit_first_line(fit, sheet);
		lines = ifax_fit_sheet_lines(fit, sheet);
		if (first > end || !lines || lines > engine->lines_max || first + lines <= end)
			return false;
		end = first + lines;
	}
	return end == fit->lines;
}

static bool same_as_option(const struct ifax_fit *fit, const struct option *o)
{
	const struct ifax_scale *scale = &fit->scale;

	if (fit->paper != o->paper || fit->turned != o->turned || fit->sheets != o->sheets ||
	    fit->x_dpi != o->dpi.x_dpi || fit->y_dpi != o->dpi.y_dpi)
		return false;
	return !o->lines || o->lines == fit->lines || scale->left_px < 0;
}

static void tell_page(const struct ifax_fit_page *page, const struct ifax_fit *fit,
		      const struct option *o)
{
	diag("%u x %u at %ux%u, scaling %u, policy %u, any %d", page->width_px, page->lines,
	     page->x_dpi, page->y_dpi, page->scaling, page->page_fit, page->any_paper);
	diag("paper %u turned %d sheets %u lines %u", fit->paper, fit->turned, fit->sheets,
	     fit->lines);
	diag("wanted rule %u paper %u turned %d sheets %u lines %u", o->rule, o->paper,
	     o->turned, o->sheets, o->lines);
}

static u32 compare(const struct ifax_fit_page *page, const struct ifax_fit_engine *engine)
{
	struct option o = {};
	struct ifax_fit fit = {};
	bool there_is = best_option(&o, page, engine);
	int ret = ifax_fit_page(&fit, page, engine);

	if (!there_is && ret == -ENOMEDIUM)
		return 0;
	if (there_is && !ret && is_sound(&fit, page, engine) && same_as_option(&fit, &o))
		return 0;
	tell_page(page, &fit, &o);
	return 1;
}

static void all_cases(const char *name, const struct ifax_fit_engine *engine)
{
	static const u32 widths[] = {
		1, 700, 1188, 1686, 1687, 1728, 1830, 1831, 2048, 2432, 7000,
	};
	static const u32 lengths[] = {
		1, 500, 1620, 2291, 2292, 2406, 2407, 2600, 3241, 4505, 4620, 4621, 9000, 60000,
	};
	static const u32 dpis[][2] = {
		{ 204, 98 }, { 204, 196 }, { 204, 391 }, { 200, 200 }, { 300, 300 }, { 600, 600 },
	};
	u32 w, l, d, rest, wrong = 0, tried = 0;

	for (w = 0; w < COUNT(widths); w++)
		for (l = 0; l < COUNT(lengths); l++)
			for (d = 0; d < COUNT(dpis); d++)
				for (rest = 0; rest < 2 * 6 * 2 && wrong < 5; rest++, tried++) {
					struct ifax_fit_page page = {
						widths[w], lengths[l], dpis[d][0], dpis[d][1],
						1 + rest % 2, rest / 2 % 6, rest / 12,
					};

					wrong += compare(&page, engine);
				}
	ok(!wrong, "%s: %u pages and policies", name, tried);
}

static void grid(void)
{
	const struct ifax_fit_paper all[] = { a5, letter, b4, a4_lef, a4 };
	const struct ifax_fit_paper cassettes[] = { a4, a3 };
	const struct ifax_fit_paper gone[] = { none, a5 };
	struct ifax_fit_engine engine = engine_of(NULL, 0);

	all_cases("nobody knows the paper", &engine);
	engine = engine_of(&a4, 1);
	all_cases("A4", &engine);
	engine.resolutions = 1;
	all_cases("A4 at one resolution", &engine);
	engine.width_px_max = 1728;
	engine.lines_max = 2000;
	all_cases("A4 in an engine that is narrower and shorter", &engine);
	engine = engine_of(cassettes, COUNT(cassettes));
	all_cases("A4 and A3", &engine);
	engine = engine_of(all, COUNT(all));
	all_cases("five papers", &engine);
	engine = engine_of(gone, COUNT(gone));
	all_cases("a tray is missing", &engine);
	engine = engine_of(&none, 1);
	all_cases("all trays are missing", &engine);
}

static bool survives(const struct ifax_fit_page *page)
{
	struct ifax_fit_engine engine = engine_of(&a4, 1);
	struct ifax_fit fit = {};
	int ret = ifax_fit_page(&fit, page, &engine);

	if (ret)
		return ret == -EINVAL || ret == -ENOMEDIUM;
	return page->page_fit <= IFAX_FIT_OFFICE && page->width_px && fit.sheets &&
	       fit.scale.width_px;
}

/* Numbers that are out of their range are refused, and none breaks it */
static void hostile(void)
{
	static const u32 numbers[] = { 0, 1, 2, 99, 65535, 65536, 0x7fffffff, 0xffffffff };
	const u32 count = COUNT(numbers);
	u32 i, wrong = 0;

	for (i = 0; i < count * count * count * count * 7; i++) {
		struct ifax_fit_page page = {
			numbers[i / 7 % count], numbers[i / 7 / count % count],
			numbers[i / 7 / count / count % count],
			numbers[i / 7 / count / count / count],
			IFAX_SCALING_ENGINE, i % 7, true,
		};

		wrong += !survives(&page);
	}
	ok(!wrong, "numbers of any size");
}

int main(void)
{
	known_cases();
	grid();
	hostile();
	return done_testing();
}
