/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a page comes onto the paper that there is: on which, turned or not, how
 * far reduced, what of it is cut off, and on how many sheets.
 *
 * A pure function, as in linux/ifax/codec.h. Lengths on paper are in tenths of a
 * millimetre (dmm). The way is across the line first, then along the sheet.
 */
#ifndef _LINUX_IFAX_FIT_H
#define _LINUX_IFAX_FIT_H

#include <linux/ifax/scale.h>

/*
 * What T.4 does not promise to come out of a page of A4: 18.6 mm of its width and
 * 15.5 mm of its length. That is an edge, and may be cut off.
 */
#define IFAX_FIT_EDGE_X_DMM	180
#define IFAX_FIT_EDGE_Y_DMM	150
/* IFAX_FIT_OFFICE: a page that would become smaller than this comes on several sheets */
#define IFAX_FIT_FLOOR_PERCENT	65
/* What is on the end of a sheet is on the begin of the next one, too */
#define IFAX_FIT_OVERLAP_DMM	100

/**
 * struct ifax_fit_paper - what can be printed on of a sheet, as it is drawn in
 * @x_dmm: along the line, up to 65535; 0: there is no such paper
 * @y_dmm: along the way of the sheet, up to 65535
 */
struct ifax_fit_paper {
	u32 x_dmm;
	u32 y_dmm;
};

/**
 * struct ifax_fit_engine - what a page can come out of
 * @resolution: resolutions
 * @resolutions: their number, at least 1
 * @width_px_min: narrowest line
 * @width_px_max: widest line
 * @lines_max: longest page
 * @paper: papers
 * @papers: their number; 0: nobody knows the paper
 */
struct ifax_fit_engine {
	const struct ifax_resolution *resolution;
	u32 resolutions;
	u32 width_px_min;
	u32 width_px_max;
	u32 lines_max;
	const struct ifax_fit_paper *paper;
	u32 papers;
};

/**
 * struct ifax_fit_page - a page, and what may become of it
 * @width_px: its width, 1 to 65535
 * @lines: its length, 1 to 2^31 - 1
 * @x_dpi: pixels per inch along the line, not 0
 * @y_dpi: lines per inch, not 0
 * @scaling: &enum ifax_scaling
 * @page_fit: &enum ifax_page_fit
 * @any_paper: if it fits nowhere, it comes as it is onto the paper nearest to it
 */
struct ifax_fit_page {
	u32 width_px;
	u32 lines;
	u32 x_dpi;
	u32 y_dpi;
	u32 scaling;
	u32 page_fit;
	bool any_paper;
};

/**
 * struct ifax_fit - how a page comes onto paper
 * @paper: number of the paper
 * @turned: by 90 degrees against the clock: its top lies at the left. @scale is for
 *	the page that was turned
 * @x_dpi: resolution of the engine
 * @y_dpi: the same across the lines
 * @scale: what becomes of its lines; @scale.top_lines is that of the first sheet, 0
 * @lines: lines of all of it, scaled, without what is cut off at its end
 * @sheet_lines: most lines on a sheet
 * @step_lines: lines from the first one of a sheet to that of the next one
 * @sheets: number of sheets
 */
struct ifax_fit {
	u32 paper;
	bool turned;
	u32 x_dpi;
	u32 y_dpi;
	struct ifax_scale scale;
	u32 lines;
	u32 sheet_lines;
	u32 step_lines;
	u32 sheets;
};

/**
 * ifax_fit_page() - find how a page comes onto paper
 * @fit: set, if there is a way
 * @page: page
 * @engine: engine and paper
 *
 * Of several papers, the one is taken that leaves the page largest; then the one
 * for which it need not be turned, that takes the fewest sheets, that is nearest to it in
 * width and length together, and that comes first.
 *
 * Return: 0; -ENOMEDIUM: there is no paper on which it may be printed; -EINVAL: a
 * value of @page is out of its range.
 */
int ifax_fit_page(struct ifax_fit *fit, const struct ifax_fit_page *page,
		  const struct ifax_fit_engine *engine);

/**
 * ifax_fit_first_line() - the line that a sheet begins with
 * @fit: what ifax_fit_page() found
 * @sheet: number of the sheet, from 0
 *
 * Return: number of the scaled line, from 0.
 */
static inline u32 ifax_fit_first_line(const struct ifax_fit *fit, u32 sheet)
{
	return sheet * fit->step_lines;
}

/**
 * ifax_fit_sheet_lines() - lines on a sheet
 * @fit: what ifax_fit_page() found
 * @sheet: number of the sheet, from 0
 *
 * Return: their number.
 */
static inline u32 ifax_fit_sheet_lines(const struct ifax_fit *fit, u32 sheet)
{
	u32 rest = fit->lines - ifax_fit_first_line(fit, sheet);

	return rest < fit->sheet_lines ? rest : fit->sheet_lines;
}

#endif /* _LINUX_IFAX_FIT_H */
