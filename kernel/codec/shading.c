// SPDX-License-Identifier: GPL-2.0
/* What the elements of a sensor see unevenly, made even. */
#include "grey.h"

#define RANGE_MIN	16	/* steps between black and white that tell them apart */

/**
 * struct ifax_shading - a sensor's references
 * @width_px: its elements
 * @gain: levels for one step above black, with 8 fractional bits; 0: dead
 * @black: what each element sees in the dark
 */
struct ifax_shading {
	u32 width_px;
	u16 *gain;
	u8 *black;
};

size_t ifax_shading_size(u32 width_px)
{
	return sizeof(struct ifax_shading) + width_px * (sizeof(u16) + sizeof(u8));
}
EXPORT_SYMBOL_GPL(ifax_shading_size);

/* Of what one element has seen */
static u32 mean(const struct ifax_reference *reference, u32 x)
{
	const u8 *px = reference->lines + x;
	u32 sum = reference->count / 2;
	u32 i;

	for (i = 0; i < reference->count; i++, px += reference->stride)
		sum += *px;
	return sum / reference->count;
}

const struct ifax_shading *ifax_shading_init(void *mem, u32 width_px,
					     const struct ifax_reference *black,
					     const struct ifax_reference *white, u32 *dead_px)
{
	struct ifax_shading *shading = mem;
	u32 dead = 0;
	u32 x;

	shading->width_px = width_px;
	shading->gain = (u16 *)(shading + 1);
	shading->black = (u8 *)(shading->gain + width_px);
	for (x = 0; x < width_px; x++) {
		u32 dark = black ? mean(black, x) : 0;
		u32 light = mean(white, x);
		u32 range = light > dark ? light - dark : 0;

		shading->black[x] = dark;
		shading->gain[x] = range < RANGE_MIN ? 0 : (255 * 256 + range / 2) / range;
		dead += range < RANGE_MIN;
	}
	if (dead_px)
		*dead_px = dead;
	return shading;
}
EXPORT_SYMBOL_GPL(ifax_shading_init);

void ifax_shading_line(const struct ifax_shading *shading, const u8 *line, u8 *even)
{
	u32 level = 255;
	u32 x;

	for (x = 0; x < shading->width_px; x++) {
		u32 steps = line[x] > shading->black[x] ? line[x] - shading->black[x] : 0;

		if (likely(shading->gain[x])) {
			level = (steps * shading->gain[x] + 128) >> 8;
			if (level > 255)
				level = 255;
		}
		even[x] = level;
	}
}
EXPORT_SYMBOL_GPL(ifax_shading_line);
