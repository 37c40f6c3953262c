// SPDX-License-Identifier: GPL-2.0
/*
 * How pages come onto the paper that there is: the trays as they are now, and the
 * rules of kernel/codec/fit.c.
 */
#include <linux/math.h>

#include "core.h"

/* The size of paper that nobody knows: all that the engine has */
#define UNKNOWN_DMM	65535
/* Paper is of a size that is named if it is so near to it */
#define NEAR_DMM	30

static const struct ifax_fit_paper sizes[] = {
	[IFAX_PAPER_A4] = { 2100, 2970 },
	[IFAX_PAPER_A3] = { 2970, 4200 },
	[IFAX_PAPER_A5] = { 1480, 2100 },
	[IFAX_PAPER_B4] = { 2570, 3640 },
	[IFAX_PAPER_LETTER] = { 2159, 2794 },
	[IFAX_PAPER_LEGAL] = { 2159, 3556 },
};

static bool near(u32 a_dmm, u32 b_dmm)
{
	return abs((int)a_dmm - (int)b_dmm) <= NEAR_DMM;
}

/* Either edge may come first */
static bool is_of_size(const struct ifax_tray *tray, const struct ifax_fit_paper *size)
{
	return (near(tray->x_dmm, size->x_dmm) && near(tray->y_dmm, size->y_dmm)) ||
	       (near(tray->x_dmm, size->y_dmm) && near(tray->y_dmm, size->x_dmm));
}

/**
 * ifax_paper_of_tray() - the name of the size of its paper
 * @tray: tray
 *
 * Return: &enum ifax_paper, IFAX_PAPER_AUTO if the size has no name, or is not known.
 */
u32 ifax_paper_of_tray(const struct ifax_tray *tray)
{
	u32 named;

	for (named = IFAX_PAPER_AUTO + 1; named < ARRAY_SIZE(sizes); named++)
		if (is_of_size(tray, &sizes[named]))
			return named;
	return IFAX_PAPER_AUTO;
}

/* What a page may come on of a tray; no size if it may not */
static struct ifax_fit_paper paper_of(const struct ifax_tray *tray, u32 named)
{
	static const struct ifax_fit_paper none, unknown = { UNKNOWN_DMM, UNKNOWN_DMM };
	bool is_known = tray->x_dmm && tray->y_dmm;

	if (!tray->present)
		return none;
	if (!is_known)
		return named ? sizes[named] : unknown;
	if (named && !is_of_size(tray, &sizes[named]))
		return none;
	return (struct ifax_fit_paper){ tray->x_dmm, tray->y_dmm };
}

static int find_fit(struct ifax_device *idev, struct ifax_page *page,
		    const struct ifax_fit_paper *paper, u32 papers)
{
	const struct ifax_format *format = &page->format;
	const struct ifax_fit_engine engine = {
		.resolution = idev->caps.resolution,
		.resolutions = idev->caps.resolutions,
		.width_px_min = idev->caps.width_px_min,
		.width_px_max = idev->caps.width_px_max,
		.lines_max = idev->caps.length_lines_max,
		.paper = paper,
		.papers = papers,
	};
	const struct ifax_fit_page what = {
		.width_px = format->width_px,
		.lines = format->length_lines,
		.x_dpi = format->x_dpi,
		.y_dpi = format->y_dpi,
		.scaling = format->scaling,
		.page_fit = format->page_fit,
		.any_paper = format->paper == IFAX_PAPER_AUTO,
	};
	int err = ifax_fit_page(&page->fit, &what, &engine);

	if (!err)
		page->paper = papers ? paper[page->fit.paper] : (struct ifax_fit_paper){};
	return err;
}

/* Would there be a way if a tray had the paper that the page names? None has it now. */
static bool could_fit(struct ifax_device *idev, struct ifax_page *page)
{
	const struct ifax_fit_paper *size = &sizes[page->format.paper];
	const struct ifax_fit_paper either_way[] = {
		*size, { .x_dmm = size->y_dmm, .y_dmm = size->x_dmm },
	};

	return !find_fit(idev, page, either_way, ARRAY_SIZE(either_way));
}

/* Does a page that fits on no paper wait for other paper? Not if what it names is there. */
static bool may_wait(struct ifax_device *idev, struct ifax_page *page,
		     const struct ifax_fit_paper *paper, u32 count)
{
	u32 i;

	if (page->format.paper == IFAX_PAPER_AUTO)
		return true;
	for (i = 0; i < count; i++)
		if (paper[i].x_dmm)
			return false;
	return could_fit(idev, page);
}

/* Of the trays with the paper of the page, the first that is not empty */
static int find_tray(struct ifax_page *page, const struct ifax_tray *trays,
		     const struct ifax_fit_paper *paper, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (trays[i].present && trays[i].paper && paper[i].x_dmm == page->paper.x_dmm &&
		    paper[i].y_dmm == page->paper.y_dmm) {
			page->sheet.tray = i;
			return 0;
		}
	return -ENOMEDIUM;
}

/**
 * ifax_paper_fit() - choose paper for a page, and how it comes onto it
 * @idev: printer
 * @page: page that was checked; &ifax_page.fit, &ifax_page.paper and the tray of
 *	&ifax_page.sheet are set
 *
 * Sheets of a page that takes several are of one size; the tray is chosen anew for each.
 *
 * Context: &ifax_device.op_lock is held.
 * Return: 0; -ENOMEDIUM: there is no paper for it; -EMSGSIZE: it is too large for its paper; -EIO:
 *	the engine does not answer.
 */
int ifax_paper_fit(struct ifax_device *idev, struct ifax_page *page)
{
	struct ifax_fit_paper paper[IFAX_ENGINE_TRAYS_MAX];
	struct ifax_tray trays[IFAX_ENGINE_TRAYS_MAX] = {};
	u32 named = page->format.paper, i;
	int count = 0, err = 0;
	bool told;

	lockdep_assert_held(&idev->op_lock);
	if (idev->ops.trays)
		count = idev->ops.trays(idev, trays);
	if (count < 0)
		return count;
	told = count;
	if (!told) {
		/* The driver tells whether there is paper */
		trays[0] = (struct ifax_tray){ .present = true, .paper = true };
		count = named ? 1 : 0;
	}
	for (i = 0; i < count; i++)
		paper[i] = paper_of(&trays[i], named);
	page->sheet.tray = 0;
	page->has_tray = false;
	if (!page->sheet_nr)
		err = find_fit(idev, page, paper, count);
	if (err == -ENOMEDIUM && !may_wait(idev, page, paper, count))
		return -EMSGSIZE;
	if (err || !count)
		return err;
	err = find_tray(page, trays, paper, count);
	page->has_tray = !err && told;
	return err;
}
