// SPDX-License-Identifier: GPL-2.0
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "core.h"

/**
 * ifax_codings() - what the codec can code and decode
 *
 * Return: bit (1 << coding) for every coding.
 */
u32 ifax_codings(void)
{
	struct ifax_codec_format fmt = { .width_px = 1 };
	u32 codings = 0;

	for (fmt.coding = IFAX_CODING_RAW; fmt.coding <= IFAX_CODING_JBIG; fmt.coding++)
		if (!ifax_codec_format_ok(&fmt))
			codings |= 1U << fmt.coding;
	return codings;
}

/**
 * ifax_format_default() - the format of a fresh job
 * @caps: device
 * @format: set to T.6 lines of A4 at the preferred resolution, or what is
 *	nearest to that
 */
void ifax_format_default(const struct ifax_caps *caps, struct ifax_format *format)
{
	*format = (struct ifax_format){
		.coding = IFAX_CODING_MMR,
		.flags = IFAX_FMT_END,
		.width_px = clamp(1728U, caps->width_px_min, caps->width_px_max),
		.x_dpi = caps->resolution[0].x_dpi,
		.y_dpi = caps->resolution[0].y_dpi,
	};
}

static u32 distance(const struct ifax_resolution *resolution, const struct ifax_format *format)
{
	return abs((int)resolution->x_dpi - format->x_dpi) +
	       abs((int)resolution->y_dpi - format->y_dpi);
}

static void nearest_resolution(const struct ifax_caps *caps, struct ifax_format *format)
{
	const struct ifax_resolution *best = &caps->resolution[0];
	u32 i;

	for (i = 1; i < caps->resolutions; i++)
		if (distance(&caps->resolution[i], format) < distance(best, format))
			best = &caps->resolution[i];
	format->x_dpi = best->x_dpi;
	format->y_dpi = best->y_dpi;
}

/* A choice that the device does not have becomes 0, which every device has. */
static int try_choice(u32 choices, u32 last, u32 *choice)
{
	if (*choice > last)
		return -EINVAL;
	if (!(choices & 1U << *choice))
		*choice = 0;
	return 0;
}

/* Other codings have no line to go on with */
static bool can_conceal(const struct ifax_caps *caps, const struct ifax_format *format)
{
	return caps->kind == IFAX_KIND_PRINTER &&
	       (format->coding == IFAX_CODING_MH || format->coding == IFAX_CODING_MR);
}

static int try_choices(const struct ifax_caps *caps, struct ifax_format *format)
{
	return try_choice(caps->binarisations, IFAX_BINARY_ORDERED, &format->binarisation) ?:
	       try_choice(caps->sides, IFAX_SIDES_BOTH, &format->sides) ?:
	       try_choice(caps->papers, IFAX_PAPER_LEGAL, &format->paper) ?:
	       try_choice(caps->scalings, IFAX_SCALING_ENGINE, &format->scaling) ?:
	       try_choice(caps->page_fits, IFAX_FIT_OFFICE, &format->page_fit) ?:
	       try_choice(caps->kind == IFAX_KIND_PRINTER ? 3 : 1, 1, &format->collate) ?:
	       try_choice(can_conceal(caps, format) ? 3 : 1, 1, &format->conceal);
}

static void try_pixels(const struct ifax_caps *caps, struct ifax_format *format)
{
	if (format->scaling == IFAX_SCALING_NONE) {
		format->width_px = clamp(format->width_px, caps->width_px_min, caps->width_px_max);
		nearest_resolution(caps, format);
		return;
	}
	format->width_px = clamp(format->width_px, 1U, (u32)IFAX_WIDTH_PX_MAX);
	if (!format->x_dpi || !format->y_dpi)
		nearest_resolution(caps, format);
}

/**
 * ifax_format_lines_max() - most lines of a page
 * @caps: device
 * @format: format
 *
 * Return: as many as the engine has, if they are printed as they are.
 */
u32 ifax_format_lines_max(const struct ifax_caps *caps, const struct ifax_format *format)
{
	return format->scaling == IFAX_SCALING_NONE && format->page_fit == IFAX_FIT_SAME ?
	       caps->length_lines_max : IFAX_PAGE_LINES_MAX;
}

/**
 * ifax_format_try() - move a format to the nearest that a device has
 * @caps: device
 * @format: from a user
 *
 * Return: 0; -EINVAL for what has no neighbour: coding, flags, unknown choices,
 * reserved fields.
 */
int ifax_format_try(const struct ifax_caps *caps, struct ifax_format *format)
{
	struct ifax_codec_format fmt;

	if (memchr_inv(format->reserved, 0, sizeof(format->reserved)) ||
	    try_choices(caps, format))
		return -EINVAL;
	try_pixels(caps, format);
	format->length_lines = min(format->length_lines, ifax_format_lines_max(caps, format));
	format->wait_s = caps->kind == IFAX_KIND_PRINTER ?
			 min_t(u32, format->wait_s, IFAX_WAIT_S_MAX) : 0;
	format->copies = min(format->copies, caps->copies_max);
	if (format->binarisation == IFAX_BINARY_THRESHOLD)
		format->threshold = clamp(format->threshold, 1U, 255U);
	else
		format->threshold = 0;
	fmt = ifax_page_codec_format(format);
	return ifax_codec_format_ok(&fmt) ? -EINVAL : 0;
}
