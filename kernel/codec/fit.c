// SPDX-License-Identifier: GPL-2.0
/*
 * The fit rules of an office fax. A policy is a list of steps; the first one that
 * any paper allows is taken, and of the papers that it allows the best.
 */
#include <linux/ifax/fit.h>

#include "port.h"

#define DMM_PER_INCH	254
#define LINES_MAX	0x7fffffff

/**
 * enum fit_step - what may be done with a page
 * @STEP_SAME: nothing
 * @STEP_EDGE: an edge is cut off, or nothing
 * @STEP_TRIM: what is over is cut off
 * @STEP_TURN: turned
 * @STEP_TURN_EDGE: turned, and an edge is cut off, or nothing
 * @STEP_REDUCE: reduced
 * @STEP_OFFICE: turned or not, reduced not below the floor; a side that is over by no
 *	more than an edge is cut off
 * @STEP_SPLIT: several sheets, reduced to their width
 * @STEP_OFFICE_SPLIT: the same, but an edge is cut off
 * @STEP_AS_IS: what is over is the engine's affair
 * @STEP_NONE: end of the list
 */
enum fit_step {
	STEP_NONE,
	STEP_SAME,
	STEP_EDGE,
	STEP_TRIM,
	STEP_TURN,
	STEP_TURN_EDGE,
	STEP_REDUCE,
	STEP_OFFICE,
	STEP_SPLIT,
	STEP_OFFICE_SPLIT,
	STEP_AS_IS,
};

#define STEPS_MAX	5	/* with STEP_NONE */

static const u8 policies[][STEPS_MAX] = {
	[IFAX_FIT_SAME] = { STEP_SAME },
	[IFAX_FIT_TRIM] = { STEP_SAME, STEP_TRIM },
	[IFAX_FIT_REDUCE] = { STEP_SAME, STEP_REDUCE },
	[IFAX_FIT_ROTATE] = { STEP_SAME, STEP_TURN },
	[IFAX_FIT_SPLIT] = { STEP_SAME, STEP_SPLIT },
	[IFAX_FIT_OFFICE] = { STEP_EDGE, STEP_TURN_EDGE, STEP_OFFICE, STEP_OFFICE_SPLIT },
};

/**
 * struct side - one of the two dimensions of a page on a paper, in pixels of the engine
 * @page: page
 * @paper: what can be printed on
 * @edge: what may be cut off without asking
 */
struct side {
	u32 page;
	u32 paper;
	u32 edge;
};

/**
 * struct candidate - a page on a paper in one way
 * @fit: how
 * @x: along the line
 * @y: across
 * @num: with @den what the page is reduced by, @num / @den, at most 1
 * @den: see @num
 * @apart_dmm: how far page and paper are apart in width and length
 */
struct candidate {
	struct ifax_fit fit;
	struct side x;
	struct side y;
	u32 num;
	u32 den;
	u64 apart_dmm;
};

static u32 smaller(u32 a, u32 b)
{
	return a < b ? a : b;
}

static u32 px_of_dmm(u32 dmm, u32 dpi)
{
	return div_u64((u64)dmm * dpi, DMM_PER_INCH);
}

static u64 dmm_apart(u32 px, u32 dpi, u32 dmm)
{
	u64 page_dmm = div_u64((u64)px * DMM_PER_INCH, dpi);

	return page_dmm > dmm ? page_dmm - dmm : dmm - page_dmm;
}

static u32 over(const struct side *side)
{
	return side->page > side->paper ? side->page - side->paper : 0;
}

static bool fits(const struct candidate *c)
{
	return !over(&c->x) && !over(&c->y);
}

static bool fits_without_edges(const struct candidate *c)
{
	return over(&c->x) <= c->x.edge && over(&c->y) <= c->y.edge;
}

static bool is_fine(const struct ifax_fit_page *page, const struct ifax_resolution *has)
{
	return has->x_dpi * 10 >= page->x_dpi * 9 && has->y_dpi * 10 >= page->y_dpi * 9;
}

/* The lowest one that is not coarser by more than a tenth, else the highest one */
static bool resolution_better(const struct ifax_fit_page *page, const struct ifax_resolution *a,
			      const struct ifax_resolution *b, u32 width_px_max)
{
	bool a_wide = ifax_scaled(page->width_px, page->x_dpi, a->x_dpi) <= width_px_max;
	bool b_wide = ifax_scaled(page->width_px, page->x_dpi, b->x_dpi) <= width_px_max;
	bool a_fine = is_fine(page, a), b_fine = is_fine(page, b);
	u32 a_area = (u32)a->x_dpi * a->y_dpi, b_area = (u32)b->x_dpi * b->y_dpi;

	if (a_wide != b_wide)
		return a_wide;
	if (a_fine != b_fine)
		return a_fine;
	return a_fine ? a_area < b_area : a_area > b_area;
}

static const struct ifax_resolution *choose_resolution(const struct ifax_fit_page *page,
						       const struct ifax_fit_engine *engine)
{
	const struct ifax_resolution *best = engine->resolution;
	u32 i;

	for (i = 0; i < engine->resolutions; i++) {
		const struct ifax_resolution *has = &engine->resolution[i];

		if (has->x_dpi == page->x_dpi && has->y_dpi == page->y_dpi)
			return has;
		if (resolution_better(page, has, best, engine->width_px_max))
			best = has;
	}
	return best;
}

/* @page: turned already, if it is; false: no such paper, or no number of lines for it */
static bool measure(struct candidate *c, const struct ifax_fit_page *page,
		    const struct ifax_fit_engine *engine, const struct ifax_fit_paper *paper)
{
	const struct ifax_resolution *dpi = choose_resolution(page, engine);

	if ((u64)page->lines * dpi->y_dpi > (u64)LINES_MAX * page->y_dpi)
		return false;
	c->fit.x_dpi = dpi->x_dpi;
	c->fit.y_dpi = dpi->y_dpi;
	c->x.page = ifax_scaled(page->width_px, page->x_dpi, dpi->x_dpi);
	c->y.page = ifax_scaled(page->lines, page->y_dpi, dpi->y_dpi);
	c->x.paper = engine->width_px_max;
	c->y.paper = engine->lines_max;
	if (paper) {
		c->x.paper = smaller(c->x.paper, px_of_dmm(paper->x_dmm, dpi->x_dpi));
		c->y.paper = smaller(c->y.paper, px_of_dmm(paper->y_dmm, dpi->y_dpi));
		c->apart_dmm = dmm_apart(c->x.page, dpi->x_dpi, paper->x_dmm) +
			       dmm_apart(c->y.page, dpi->y_dpi, paper->y_dmm);
	}
	c->x.edge = px_of_dmm(IFAX_FIT_EDGE_X_DMM, dpi->x_dpi);
	c->y.edge = px_of_dmm(IFAX_FIT_EDGE_Y_DMM, dpi->y_dpi);
	c->num = 1;
	c->den = 1;
	return c->x.paper && c->y.paper;
}

/* Reduce until a side that is over by more than @edge is not over */
static void reduce_to(struct candidate *c, const struct side *side, u32 edge)
{
	if (over(side) <= edge || (u64)side->paper * c->den >= (u64)side->page * c->num)
		return;
	c->num = side->paper;
	c->den = side->page;
}

static bool above_floor(const struct candidate *c)
{
	return (u64)c->num * 100 >= (u64)c->den * IFAX_FIT_FLOOR_PERCENT;
}

static bool try_step(struct candidate *c, enum fit_step step)
{
	switch (step) {
	case STEP_SAME:
	case STEP_TURN:
		return fits(c);
	case STEP_EDGE:
	case STEP_TURN_EDGE:
		return fits_without_edges(c);
	case STEP_REDUCE:
		reduce_to(c, &c->x, 0);
		reduce_to(c, &c->y, 0);
		return true;
	case STEP_OFFICE:
		reduce_to(c, &c->x, c->x.edge);
		reduce_to(c, &c->y, c->y.edge);
		return above_floor(c);
	case STEP_SPLIT:
		reduce_to(c, &c->x, 0);
		return true;
	case STEP_OFFICE_SPLIT:
		reduce_to(c, &c->x, c->x.edge);
		return true;
	default:
		return true;
	}
}

/* Both ways by the same factor, as exact as 16 bits allow, and never above it */
static void set_scale(struct candidate *c, const struct ifax_fit_page *page)
{
	struct ifax_scale *scale = &c->fit.scale;
	u32 finest = page->x_dpi, times;

	scale->x_from = page->x_dpi;
	scale->x_to = c->fit.x_dpi;
	scale->y_from = page->y_dpi;
	scale->y_to = c->fit.y_dpi;
	if (c->num == c->den)
		return;
	finest = finest > scale->x_to ? finest : scale->x_to;
	finest = finest > scale->y_from ? finest : scale->y_from;
	finest = finest > scale->y_to ? finest : scale->y_to;
	times = IFAX_SCALE_MAX / finest;
	scale->x_from *= times;
	scale->x_to = div_u64((u64)scale->x_to * times * c->num, c->den) ?: 1;
	scale->y_from *= times;
	scale->y_to = div_u64((u64)scale->y_to * times * c->num, c->den) ?: 1;
}

/* What is over is cut off at both sides in equal parts */
static void set_width(struct candidate *c, const struct ifax_fit_page *page,
		      const struct ifax_fit_engine *engine)
{
	struct ifax_scale *scale = &c->fit.scale;
	u32 width_px = ifax_scaled(page->width_px, scale->x_from, scale->x_to);

	scale->width_px = smaller(width_px, c->x.paper);
	scale->left_px = -(s32)((width_px - scale->width_px) / 2);
	if (scale->width_px < engine->width_px_min)
		scale->width_px = engine->width_px_min;
}

static u32 sheets_of(const struct ifax_fit *fit, u32 lines)
{
	if (lines <= fit->sheet_lines)
		return 1;
	return 1 + (lines - fit->sheet_lines + fit->step_lines - 1) / fit->step_lines;
}

/* A sheet more for nothing but an edge is not begun */
static u32 without_edge(const struct candidate *c, u32 lines)
{
	u32 sheets;

	if (lines <= c->y.edge)
		return lines;
	sheets = sheets_of(&c->fit, lines - c->y.edge);
	return smaller(lines, c->fit.sheet_lines + (sheets - 1) * c->fit.step_lines);
}

static void set_lines(struct candidate *c, const struct ifax_fit_page *page, enum fit_step step)
{
	u32 overlap = px_of_dmm(IFAX_FIT_OVERLAP_DMM, c->fit.y_dpi);
	struct ifax_fit *fit = &c->fit;
	u32 lines = ifax_scaled(page->lines, fit->scale.y_from, fit->scale.y_to);

	fit->sheet_lines = c->y.paper;
	fit->step_lines = overlap < c->y.paper / 2 ? c->y.paper - overlap : c->y.paper;
	if (step == STEP_SPLIT)
		fit->lines = lines;
	else if (step == STEP_OFFICE_SPLIT)
		fit->lines = without_edge(c, lines);
	else
		fit->lines = smaller(lines, c->y.paper);
	fit->sheets = sheets_of(fit, fit->lines);
}

static bool better(const struct candidate *a, const struct candidate *b)
{
	u64 a_size = (u64)a->num * b->den, b_size = (u64)b->num * a->den;

	if (a_size != b_size)
		return a_size > b_size;
	if (a->fit.turned != b->fit.turned)
		return b->fit.turned;
	if (a->fit.sheets != b->fit.sheets)
		return a->fit.sheets < b->fit.sheets;
	return a->apart_dmm < b->apart_dmm;
}

/* Is there a way, and is it better than @best? Then it becomes @best. */
static bool consider(struct candidate *best, bool found, const struct ifax_fit_page *page,
		     const struct ifax_fit_engine *engine, const struct candidate *which,
		     enum fit_step step)
{
	const struct ifax_codec_format fmt = { .width_px = page->width_px };
	struct candidate c = *which;

	if (!measure(&c, page, engine, engine->papers ? &engine->paper[c.fit.paper] : NULL) ||
	    !try_step(&c, step))
		return found;
	if (step == STEP_AS_IS) {
		c.x.paper = engine->width_px_max;
		c.y.paper = engine->lines_max;
	}
	set_scale(&c, page);
	set_width(&c, page, engine);
	if (ifax_scale_ok(&c.fit.scale, &fmt))
		return found;
	set_lines(&c, page, step);
	if (!found || better(&c, best))
		*best = c;
	return true;
}

static bool turns(enum fit_step step)
{
	return step == STEP_TURN || step == STEP_TURN_EDGE || step == STEP_OFFICE;
}

static bool take_step(struct candidate *best, const struct ifax_fit_page *page,
		      const struct ifax_fit_engine *engine, enum fit_step step)
{
	const struct ifax_fit_page turned = {
		.width_px = page->lines, .lines = page->width_px,
		.x_dpi = page->y_dpi, .y_dpi = page->x_dpi,
	};
	struct candidate which = {};
	bool found = false;
	u32 papers = engine->papers ?: 1;

	for (; which.fit.paper < papers; which.fit.paper++) {
		if (step != STEP_TURN && step != STEP_TURN_EDGE) {
			which.fit.turned = false;
			found = consider(best, found, page, engine, &which, step);
		}
		if (turns(step) && turned.width_px <= IFAX_WIDTH_PX_MAX) {
			which.fit.turned = true;
			found = consider(best, found, &turned, engine, &which, step);
		}
	}
	return found;
}

static bool in_range(u32 value, u32 max)
{
	return value && value <= max;
}

int ifax_fit_page(struct ifax_fit *fit, const struct ifax_fit_page *page,
		  const struct ifax_fit_engine *engine)
{
	u32 policy = page->page_fit;
	struct candidate best = {};
	const u8 *step;

	if (policy > IFAX_FIT_OFFICE || !in_range(page->width_px, IFAX_WIDTH_PX_MAX) ||
	    !in_range(page->lines, LINES_MAX) || !in_range(page->x_dpi, IFAX_SCALE_MAX) ||
	    !in_range(page->y_dpi, IFAX_SCALE_MAX))
		return -EINVAL;
	if (page->scaling == IFAX_SCALING_FIT && policy == IFAX_FIT_SAME)
		policy = IFAX_FIT_REDUCE;
	for (step = policies[policy]; *step; step++)
		if (take_step(&best, page, engine, *step))
			break;
	if (!*step && (!page->any_paper || !take_step(&best, page, engine, STEP_AS_IS)))
		return -ENOMEDIUM;
	*fit = best.fit;
	return 0;
}
EXPORT_SYMBOL_GPL(ifax_fit_page);
