// SPDX-License-Identifier: GPL-2.0
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

/* Sets a piece of text that fits into one line. */
static int set_line(struct sheet *sheet, const char *at, const char *end, struct failure *failure)
{
	struct pixels pixels = { sheet->pixels, SHEET_WIDTH_PX, SHEET_LINES };
	unsigned int x = 0;

	if (sheet->y + LINE_PX > SHEET_LINES - MARGIN_PX && end_sheet(sheet, failure))
		return -1;
	for (; at < end; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c != '\t')
			text_font_draw(sheet->font, c, &pixels, MARGIN_PX + (int)x,
				       (int)sheet->y + LINE_PX * 3 / 4);
		x = advance(sheet->font, x, c);
	}
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

static int set_paragraph(struct sheet *sheet, const char *at, const char *end,
			 struct failure *failure)
{
	do {
		const char *fits = fitting(sheet->font, at, end);

		if (set_line(sheet, at, fits, failure))
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
	int err = 0;

	if (!font)
		return fail(failure, EXIT_LATER,
			    "there is no font to print text with: install fonts-dejavu-core");
	if (text_font_size(font, POINTS, SHEET_X_DPI, SHEET_Y_DPI))
		return fail(failure, EXIT_LATER, "the fonts cannot be set in %d points", POINTS);
	sheet.pixels = g_malloc0(STRIDE * SHEET_LINES);
	while (!err && *text) {
		const char *end = text + strcspn(text, "\n\f");

		err = set_paragraph(&sheet, text, end, failure);
		if (!err && *end == '\f')
			err = end_sheet(&sheet, failure);
		text = *end ? end + 1 : end;
	}
	if (!err && sheet.y > MARGIN_PX)
		err = end_sheet(&sheet, failure);
	g_free(sheet.pixels);
	return err;
}
