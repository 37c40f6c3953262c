// SPDX-License-Identifier: GPL-2.0
#include <fribidi.h>
#include <glib.h>
#include <string.h>

#include "halftone.h"
#include "text_page.h"

#define POINTS		10
#define LINE_POINTS	12
#define LINE_PX		(LINE_POINTS * SHEET_Y_DPI / 72)
#define MARGIN_PX	110	/* 14 mm at the sides, 14 mm above and below */
#define TEXT_WIDTH_PX	(SHEET_WIDTH_PX - 2 * MARGIN_PX)
#define STRIDE		(SHEET_WIDTH_PX / 8)
#define TAB_COLUMNS	8

/**
 * struct sheet - a page being set
 * @font: fonts
 * @sink: where it goes
 * @pixels: its lines
 * @y: line of pixels where the next line of text begins
 * @pages: pages given
 */
struct sheet {
	struct text_font *font;
	struct page_sink *sink;
	uint8_t *pixels;
	unsigned int y;
	unsigned int pages;
};

/* Where the pen is after a character, in pixels from the left margin */
static unsigned int advance(struct text_font *font, unsigned int x, gunichar c)
{
	unsigned int tab;

	if (c != '\t')
		return x + text_font_advance(font, c);
	tab = TAB_COLUMNS * text_font_advance(font, ' ');
	return tab ? (x / tab + 1) * tab : x;
}

static int end_sheet(struct sheet *sheet, struct failure *failure)
{
	struct ifax_format format = {
		.coding = IFAX_CODING_RAW,
		.width_px = SHEET_WIDTH_PX,
		.x_dpi = SHEET_X_DPI,
		.y_dpi = SHEET_Y_DPI,
	};
	struct page_sink *sink = sheet->sink;

	if (sheet->pages++ == TEXT_PAGES_MAX)
		return fail(failure, EXIT_INPUT, "its text needs more than %d pages",
			    TEXT_PAGES_MAX);
	if (page_sink_written(sink, page_writer_begin(&sink->writer, &format), failure) ||
	    page_sink_written(sink, page_writer_data(&sink->writer, sheet->pixels,
						     STRIDE * SHEET_LINES), failure) ||
	    page_sink_end(sink, SHEET_LINES, failure))
		return -1;
	memset(sheet->pixels, 0, STRIDE * SHEET_LINES);
	sheet->y = MARGIN_PX;
	return 0;
}

static unsigned int width_of(struct text_font *font, const gunichar *at, glong count)
{
	unsigned int x = 0;

	for (glong i = 0; i < count; i++)
		x = advance(font, x, at[i]);
	return x;
}

/*
 * Sets a piece of text that fits into one line. Letters come in the order in which they stand
 * on paper, those of Arabic in the form that they have there.
 */
static int set_line(struct sheet *sheet, const char *at, const char *end,
		    FriBidiParType direction, struct failure *failure)
{
	struct pixels pixels = { sheet->pixels, SHEET_WIDTH_PX, SHEET_LINES };
	unsigned int x = 0, width;
	gunichar *said, *seen;
	glong count;

	if (sheet->y + LINE_PX > SHEET_LINES - MARGIN_PX && end_sheet(sheet, failure))
		return -1;
	said = g_utf8_to_ucs4_fast(at, end - at, &count);
	seen = g_new(gunichar, count + 1);
	if (count && fribidi_log2vis(said, count, &direction, seen, NULL, NULL, NULL)) {
		width = width_of(sheet->font, seen, count);
		if (FRIBIDI_IS_RTL(direction) && width < TEXT_WIDTH_PX)
			x = TEXT_WIDTH_PX - width;
	} else {
		count = 0;
	}
	for (glong i = 0; i < count; i++) {
		if (seen[i] != '\t')
			text_font_draw(sheet->font, seen[i], &pixels, MARGIN_PX + (int)x,
				       (int)sheet->y + LINE_PX * 3 / 4);
		x = advance(sheet->font, x, seen[i]);
	}
	g_free(seen);
	g_free(said);
	sheet->y += LINE_PX;
	return 0;
}

/* How much of a line of text fits: up to the last space, or up to the edge if there is none. */
static const char *fitting(struct text_font *font, const char *at, const char *end)
{
	const char *space = NULL, *begin = at;
	unsigned int x = 0;

	for (; at < end; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		x = advance(font, x, c);
		if (x > TEXT_WIDTH_PX && at > begin)
			return c == ' ' ? at : space ? space : at;
		if (c == ' ' || c == '\t')
			space = at + 1;
	}
	return end;
}

/* Where a paragraph begins: at the side where the writing of its first letter does. */
static FriBidiParType direction_of(const char *at, const char *end)
{
	for (; at < end; at = g_utf8_next_char(at)) {
		FriBidiCharType type = fribidi_get_bidi_type(g_utf8_get_char(at));

		if (FRIBIDI_IS_LETTER(type))
			return FRIBIDI_IS_RTL(type) ? FRIBIDI_PAR_RTL : FRIBIDI_PAR_LTR;
	}
	return FRIBIDI_PAR_LTR;
}

static int set_paragraph(struct sheet *sheet, const char *at, const char *end,
			 struct failure *failure)
{
	FriBidiParType direction = direction_of(at, end);

	do {
		const char *fits = fitting(sheet->font, at, end);

		if (set_line(sheet, at, fits, direction, failure))
			return -1;
		at = fits;
		while (at < end && *at == ' ')
			at++;
	} while (at < end);
	return 0;
}

int text_print(struct text_font *font, const char *text, struct page_sink *sink,
	       struct failure *failure)
{
	struct sheet sheet = { .font = font, .sink = sink, .y = MARGIN_PX };
	char *composed;
	int err = 0;

	if (!font)
		return fail(failure, EXIT_LATER,
			    "there is no font to print text with: install fonts-dejavu-core");
	if (text_font_size(font, POINTS, SHEET_X_DPI, SHEET_Y_DPI))
		return fail(failure, EXIT_LATER, "the fonts cannot be set in %d points", POINTS);
	sheet.pixels = g_malloc0(STRIDE * SHEET_LINES);
	/* a letter and its accent are one glyph */
	composed = g_utf8_normalize(text, -1, G_NORMALIZE_DEFAULT_COMPOSE);
	text = composed;
	while (!err && *text) {
		const char *end = text + strcspn(text, "\n\f");

		err = set_paragraph(&sheet, text, end, failure);
		if (!err && *end == '\f')
			err = end_sheet(&sheet, failure);
		text = *end ? end + 1 : end;
	}
	if (!err && sheet.y > MARGIN_PX)
		err = end_sheet(&sheet, failure);
	g_free(composed);
	g_free(sheet.pixels);
	return err;
}
