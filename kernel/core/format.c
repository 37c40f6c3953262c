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

/**
 * ifax_format_try() - move a format to the nearest that a device has
 * @caps: device
 * @format: from a user
 *
 * Return: 0; -EINVAL for what has no neighbour: coding, flags, reserved fields.
 */
int ifax_format_try(const struct ifax_caps *caps, struct ifax_format *format)
{
	struct ifax_codec_format fmt;

	if (memchr_inv(format->reserved, 0, sizeof(format->reserved)))
		return -EINVAL;
	format->width_px = clamp(format->width_px, caps->width_px_min, caps->width_px_max);
	format->length_lines = min(format->length_lines, caps->length_lines_max);
	nearest_resolution(caps, format);
	fmt = ifax_page_codec_format(format);
	return ifax_codec_format_ok(&fmt) ? -EINVAL : 0;
}
