// SPDX-License-Identifier: GPL-2.0
/*
 * Lines at another resolution. Along a line, the two ends of each black run are
 * moved, and if they meet, one pixel stays. Across, each line given is the line
 * of the page at its middle, its sample. When reducing, there are lines between
 * two samples; of those, all black is added to the first of the two that is not
 * black in the second one: what is thicker than the distance between samples
 * adds nothing, what is thinner is never lost.
 */
#include <linux/ifax/scale.h>

#include "runs_source.h"

/* A line as given */
struct scaled {
	u16 *runs;
	u32 changes;
};

/**
 * struct ifax_scaler - a page being scaled
 * @scale: what becomes of it
 * @source: its lines
 * @scaled_px: width of the scaled page
 * @reciprocal: 2^48 / x_from, rounded up
 * @lines: lines taken from the source
 * @sample: line of the page in the middle of the next line to be given
 * @rest: what it is less than that middle, in 1 / (2 * y_to) of a line
 * @ended: the source has no more lines
 * @begun: @cur has a line
 * @first: reducing: @cur has the lines above its sample, too
 * @cur: the last sample
 * @next: reducing: the one behind it
 * @between: reducing: union of the lines between the two
 * @spare: room for one more
 * @above: lines to be given before the page begins
 * @row: pixels of the line given last
 * @painted: they are those of @cur
 */
struct ifax_scaler {
	struct ifax_scale scale;
	struct runs_source source;
	u32 scaled_px;
	u64 reciprocal;
	u64 lines;
	u64 sample;
	u32 rest;
	bool ended;
	bool begun;
	bool first;
	struct scaled cur;
	struct scaled next;
	struct scaled between;
	struct scaled spare;
	u32 above;
	u8 *row;
	bool painted;
};

/* Half a pixel is rounded down: the pixel whose middle an end falls on lies behind that end */
u32 ifax_scaled(u32 count, u32 from, u32 to)
{
	u32 scaled = div_u64((u64)count * to + (from - 1) / 2, from);

	return scaled || !count ? scaled : 1;
}
EXPORT_SYMBOL_GPL(ifax_scaled);

static bool in_range(u32 value)
{
	return value && value <= IFAX_SCALE_MAX;
}

int ifax_scale_ok(const struct ifax_scale *scale, const struct ifax_codec_format *fmt)
{
	if (!in_range(scale->x_from) || !in_range(scale->x_to) || !in_range(scale->y_from) ||
	    !in_range(scale->y_to) || !in_range(scale->width_px) ||
	    scale->left_px > IFAX_WIDTH_PX_MAX || scale->left_px < -IFAX_WIDTH_PX_MAX ||
	    (u64)fmt->width_px * scale->x_to > (u64)IFAX_WIDTH_PX_MAX * scale->x_from)
		return -EINVAL;
	return 0;
}
EXPORT_SYMBOL_GPL(ifax_scale_ok);

#define SCALED_LINES	4	/* cur, next, between, spare */

size_t ifax_scaler_size(const struct ifax_scale *scale, const struct ifax_codec_format *fmt)
{
	return sizeof(struct ifax_scaler) +
	       SCALED_LINES * runs_entries(scale->width_px) * sizeof(u16) +
	       (ifax_runs_source_size(fmt) + 7) / 8 * 8 + row_bytes(scale->width_px) + ROW_SLACK;
}
EXPORT_SYMBOL_GPL(ifax_scaler_size);

static void clear(const struct ifax_scaler *scaler, struct scaled *line)
{
	line->changes = 0;
	runs_close(line->runs, 0, scaler->scale.width_px);
}

struct ifax_scaler *ifax_scaler_init(void *mem, const struct ifax_scale *scale,
				     const struct ifax_codec_format *fmt,
				     struct ifax_decoder *dec)
{
	u32 entries = runs_entries(scale->width_px);
	struct ifax_scaler *scaler = mem;
	struct scaled *lines[SCALED_LINES] = {
		&scaler->cur, &scaler->next, &scaler->between, &scaler->spare,
	};
	u16 *room = (u16 *)(scaler + 1);
	u32 i;

	if (ifax_scale_ok(scale, fmt))
		return NULL;
	memset(scaler, 0, sizeof(*scaler));
	scaler->scale = *scale;
	scaler->scaled_px = ifax_scaled(fmt->width_px, scale->x_from, scale->x_to);
	scaler->reciprocal = div_u64((1ULL << 48) + scale->x_from - 1, scale->x_from);
	scaler->sample = scale->y_from / (2 * scale->y_to);
	scaler->rest = scale->y_from % (2 * scale->y_to);
	scaler->above = scale->top_lines > 0 ? scale->top_lines : 0;
	for (i = 0; i < SCALED_LINES; i++, room += entries) {
		memset(room, 0, RUNS_BEFORE * sizeof(*room));
		lines[i]->runs = room + RUNS_BEFORE;
		clear(scaler, lines[i]);
	}
	ifax_runs_source_init(&scaler->source, room, dec);
	scaler->row = (u8 *)room + (ifax_runs_source_size(fmt) + 7) / 8 * 8;
	memset(scaler->row, 0, row_bytes(scale->width_px));
	return scaler;
}
EXPORT_SYMBOL_GPL(ifax_scaler_init);

/* ---- along the line ---- */

/*
 * @sum / x_from, exactly, if that is below 2^16: the error of the reciprocal is
 * less than x_from / 2^48, that of the quotient less than 2^32 / 2^48 and so less
 * than 1 / x_from.
 */
static __always_inline u32 quotient(const struct ifax_scaler *scaler, u32 sum)
{
	return sum * scaler->reciprocal >> 48;
}

static __always_inline s32 moved(const struct ifax_scaler *scaler, u32 px)
{
	return quotient(scaler, px * scaler->scale.x_to + (scaler->scale.x_from - 1) / 2);
}

/* The pixel in which the middle of a run lies; the page's last one may end before its own middle */
static noinline s32 middle(const struct ifax_scaler *scaler, u32 from_px, u32 to_px)
{
	u32 px = quotient(scaler, (u64)(from_px + to_px) * scaler->scale.x_to / 2);

	return px < scaler->scaled_px ? px : scaler->scaled_px - 1;
}

/* Append a black run that begins no earlier than the last one */
static __always_inline u16 *append(u16 *to, const u16 *runs, u32 from_px, u32 to_px)
{
	if (to > runs && from_px <= to[-1]) {
		if (to_px > to[-1])
			to[-1] = to_px;
		return to;
	}
	to[0] = from_px;
	to[1] = to_px;
	return to + 2;
}

/* All runs have been appended up to @to */
static void close(const struct ifax_scaler *scaler, struct scaled *line, u16 *to)
{
	/* the end of the line is no change */
	if (to > line->runs && to[-1] == scaler->scale.width_px)
		to--;
	line->changes = to - line->runs;
	runs_close(line->runs, line->changes, scaler->scale.width_px);
}

static void scale_runs(const struct ifax_scaler *scaler, struct scaled *line)
{
	const s32 width_px = scaler->scale.width_px;
	const s32 left_px = scaler->scale.left_px;
	const u16 *runs = scaler->source.runs;
	const u16 *end = runs + scaler->source.changes;
	u16 *to = line->runs;

	for (; runs < end; runs += 2) {
		s32 begin = moved(scaler, runs[0]);
		s32 behind = moved(scaler, runs[1]);

		if (unlikely(begin == behind)) {
			begin = middle(scaler, runs[0], runs[1]);
			behind = begin + 1;
		}
		begin += left_px;
		behind += left_px;
		if (unlikely(behind <= 0))
			continue;
		if (unlikely(begin >= width_px))
			break;
		to = append(to, line->runs, begin < 0 ? 0 : begin,
			    behind > width_px ? width_px : behind);
	}
	close(scaler, line, to);
}

/* ---- across the lines ---- */

static void swap_lines(struct scaled *a, struct scaled *b)
{
	struct scaled line = *a;

	*a = *b;
	*b = line;
}

/* What is black in @a or @b */
static void unite(const struct ifax_scaler *scaler, struct scaled *line, const struct scaled *a,
		  const struct scaled *b)
{
	const u32 width_px = scaler->scale.width_px;
	const u16 *i = a->runs, *j = b->runs;
	u16 *to = line->runs;

	while (*i < width_px || *j < width_px) {
		const u16 **first = *i <= *j ? &i : &j;

		to = append(to, line->runs, (*first)[0], (*first)[1]);
		*first += 2;
	}
	close(scaler, line, to);
}

/* What is black in @a, but not in @b */
static void subtract(const struct ifax_scaler *scaler, struct scaled *line, const struct scaled *a,
		     const struct scaled *b)
{
	const u32 width_px = scaler->scale.width_px;
	const u16 *i, *j = b->runs;
	u16 *to = line->runs;

	for (i = a->runs; *i < width_px; i += 2) {
		u32 from_px = i[0];

		while (from_px < i[1]) {
			if (*j < width_px && j[1] <= from_px) {
				j += 2;
			} else if (*j <= from_px) {
				from_px = j[1];
			} else {
				to = append(to, line->runs, from_px, *j < i[1] ? *j : i[1]);
				from_px = *j;
			}
		}
	}
	close(scaler, line, to);
}

/* Take the next line of the page; false if there is none */
static bool take(struct ifax_scaler *scaler)
{
	if (!scaler->ended && ifax_next_runs(&scaler->source))
		scaler->lines++;
	else
		scaler->ended = true;
	return !scaler->ended;
}

/* The sample of the line behind the next one to be given */
static void next_sample(struct ifax_scaler *scaler)
{
	const struct ifax_scale *scale = &scaler->scale;

	scaler->sample += scale->y_from / scale->y_to;
	scaler->rest += 2 * (scale->y_from % scale->y_to);
	if (scaler->rest >= 2 * scale->y_to) {
		scaler->rest -= 2 * scale->y_to;
		scaler->sample++;
	}
}

/* One line taken is one or many given */
static const struct scaled *enlarged(struct ifax_scaler *scaler)
{
	while (scaler->lines <= scaler->sample) {
		if (!take(scaler))
			return NULL;
		if (!scaler->source.same || !scaler->begun) {
			scale_runs(scaler, &scaler->cur);
			scaler->painted = false;
		}
		scaler->begun = true;
	}
	next_sample(scaler);
	return &scaler->cur;
}

/* Take the lines up to the next sample; false if there is none */
static bool take_sample(struct ifax_scaler *scaler, bool *same)
{
	*same = scaler->begun;
	while (take(scaler)) {
		*same = *same && scaler->source.same;
		if (scaler->lines > scaler->sample) {
			next_sample(scaler);
			return true;
		}
		/* one like the line before is in the sample or in the union already */
		if (scaler->source.same && scaler->lines > 1)
			continue;
		scale_runs(scaler, &scaler->spare);
		unite(scaler, &scaler->next, &scaler->between, &scaler->spare);
		swap_lines(&scaler->between, &scaler->next);
	}
	return false;
}

/* Lines above the first sample have no other line to go to */
static bool begin_reduced(struct ifax_scaler *scaler)
{
	bool same;

	if (take_sample(scaler, &same))
		scale_runs(scaler, &scaler->spare);
	else if (!scaler->lines)
		return false;
	unite(scaler, &scaler->cur, &scaler->between, &scaler->spare);
	clear(scaler, &scaler->between);
	scaler->begun = true;
	scaler->first = true;
	return true;
}

/* Many lines taken are one given */
static const struct scaled *reduced(struct ifax_scaler *scaler)
{
	bool same;

	if (scaler->ended || (!scaler->begun && !begin_reduced(scaler)))
		return NULL;
	if (take_sample(scaler, &same)) {
		if (same && !scaler->first)
			return &scaler->cur;
		scale_runs(scaler, &scaler->next);
		subtract(scaler, &scaler->spare, &scaler->between, &scaler->next);
	} else {
		swap_lines(&scaler->spare, &scaler->between);
	}
	scaler->first = false;
	unite(scaler, &scaler->between, &scaler->cur, &scaler->spare);
	swap_lines(&scaler->spare, &scaler->between);
	swap_lines(&scaler->cur, &scaler->next);
	clear(scaler, &scaler->between);
	scaler->painted = false;
	return &scaler->spare;
}

static const struct scaled *next_line(struct ifax_scaler *scaler)
{
	return scaler->scale.y_to >= scaler->scale.y_from ? enlarged(scaler) : reduced(scaler);
}

/* The next line to be given; NULL: there is none */
static const struct scaled *give(struct ifax_scaler *scaler)
{
	for (; scaler->scale.top_lines < 0; scaler->scale.top_lines++)
		if (!next_line(scaler))
			return NULL;
	if (scaler->above) {
		/* nothing has been taken yet, and so no black */
		scaler->above--;
		return &scaler->between;
	}
	return next_line(scaler);
}

u32 ifax_scaler_width_px(const struct ifax_scaler *scaler)
{
	return scaler->scale.width_px;
}

bool ifax_next_scaled_runs(struct ifax_scaler *scaler, const u16 **runs, u32 *changes)
{
	const struct scaled *line = give(scaler);

	if (!line)
		return false;
	*runs = line->runs;
	*changes = line->changes;
	return true;
}

static void paint(struct ifax_scaler *scaler, const struct scaled *line)
{
	if (scaler->painted)
		return;
	ifax_row_of_runs(scaler->row, line->runs, line->changes, scaler->scale.width_px);
	scaler->painted = line == &scaler->cur;
}

u32 ifax_scale_lines(struct ifax_scaler *scaler, void *rows, size_t stride, u32 lines)
{
	const struct scaled *line;
	u8 *row = rows;
	u32 i;

	for (i = 0; i < lines; i++) {
		line = give(scaler);
		if (!line)
			break;
		if (!row)
			continue;
		paint(scaler, line);
		memcpy(row, scaler->row, row_bytes(scaler->scale.width_px));
		row += stride;
	}
	return i;
}
EXPORT_SYMBOL_GPL(ifax_scale_lines);
