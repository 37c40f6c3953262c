// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax.h>
#include <stdio.h>
#include <string.h>

#include "page_form.h"

static const char * const codings[] = {
	[IFAX_CODING_MH] = "mh", [IFAX_CODING_MR] = "mr", [IFAX_CODING_MMR] = "mmr",
	[IFAX_CODING_JBIG] = "jbig",
};

static const char * const sizes[PAGE_SIZES] = { "a4", "b4", "a3" };

/* The better one behind the worse */
static const struct resolution {
	uint16_t x_dpi, y_dpi;
} resolutions[] = {
	{ 204, 98 }, { 204, 196 }, { 204, 391 }, { 300, 300 }, { 408, 391 }, { 600, 600 },
};

#define RESOLUTIONS	(sizeof(resolutions) / sizeof(*resolutions))
#define BASE_LIST	"204x98,204x196"

static int find(const char * const *names, size_t count, const char *name, size_t bytes)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && strlen(names[i]) == bytes && !strncmp(names[i], name, bytes))
			return i;
	return -1;
}

int page_form_coding(const char *name, size_t bytes)
{
	return find(codings, sizeof(codings) / sizeof(*codings), name, bytes);
}

const char *page_form_coding_name(uint32_t coding)
{
	bool known = coding < sizeof(codings) / sizeof(*codings) && codings[coding];

	return known ? codings[coding] : "mh";
}

int page_form_size(const char *name, size_t bytes)
{
	return find(sizes, PAGE_SIZES, name, bytes);
}

/* The place in @resolutions of "XxY", of so many bytes; -1 */
static int find_resolution(const char *name, size_t bytes)
{
	char known[16];

	for (size_t i = 0; i < RESOLUTIONS; i++) {
		snprintf(known, sizeof(known), "%ux%u", resolutions[i].x_dpi,
			 resolutions[i].y_dpi);
		if (strlen(known) == bytes && !strncmp(known, name, bytes))
			return i;
	}
	return -1;
}

bool page_form_from_text(struct page_form *form, const char *text)
{
	size_t coding = strcspn(text, " "), dpi, size;
	int found[3];

	found[0] = page_form_coding(text, coding);
	text += coding + (text[coding] == ' ');
	dpi = strcspn(text, " ");
	found[1] = find_resolution(text, dpi);
	text += dpi + (text[dpi] == ' ');
	size = strlen(text);
	found[2] = page_form_size(text, size);
	if (found[0] < 0 || found[1] < 0 || found[2] < 0)
		return false;
	*form = (struct page_form){ found[0], resolutions[found[1]].x_dpi,
				    resolutions[found[1]].y_dpi, found[2] };
	return true;
}

void page_form_to_text(const struct page_form *form, char text[PAGE_FORM_BYTES])
{
	snprintf(text, PAGE_FORM_BYTES, "%s %ux%u %s", page_form_coding_name(form->coding),
		 form->x_dpi, form->y_dpi, sizes[form->size]);
}

uint32_t page_form_flags(uint32_t coding)
{
	switch (coding) {
	case IFAX_CODING_MH:
	case IFAX_CODING_MR:
		return IFAX_FMT_LSB_FIRST | IFAX_FMT_EOL;
	case IFAX_CODING_MMR:
		return IFAX_FMT_LSB_FIRST | IFAX_FMT_END;
	default:
		return 0;
	}
}

static bool lies_in(unsigned int value, unsigned int least, unsigned int most)
{
	return value >= least && value <= most;
}

void page_form_dpi(uint16_t *x_dpi, uint16_t *y_dpi)
{
	uint16_t y = lies_in(*y_dpi, 97, 100) ? 98 : lies_in(*y_dpi, 195, 200) ? 196 :
		lies_in(*y_dpi, 391, 408) ? 391 : 0;

	if (y && lies_in(*x_dpi, 200, 204))
		*x_dpi = 204;
	else if (y == 391 && lies_in(*x_dpi, 400, 408))
		*x_dpi = 408;
	else
		return;
	*y_dpi = y;
}

void page_form_reduce(const char *list, uint16_t *x_dpi, uint16_t *y_dpi)
{
	int lowest = RESOLUTIONS, best = -1;

	if (!*list)
		list = BASE_LIST;
	for (size_t bytes; *list; list += bytes + (list[bytes] == ',')) {
		int found;

		bytes = strcspn(list, ",");
		found = find_resolution(list, bytes);
		if (found < 0)
			continue;
		if (found < lowest)
			lowest = found;
		if (found > best && resolutions[found].x_dpi <= *x_dpi &&
		    resolutions[found].y_dpi <= *y_dpi)
			best = found;
	}
	/* what everybody takes may stay, whatever was said */
	if (best < 0 && *x_dpi == 204 && *y_dpi <= 196 && resolutions[0].y_dpi <= *y_dpi)
		return;
	if (best < 0)
		best = lowest;
	if (best == RESOLUTIONS)
		return;
	*x_dpi = resolutions[best].x_dpi;
	*y_dpi = resolutions[best].y_dpi;
}

void page_form_raise(uint16_t *x_dpi, uint16_t *y_dpi)
{
	size_t i = 0;

	while (i < RESOLUTIONS - 1 &&
	       (resolutions[i].x_dpi < *x_dpi || resolutions[i].y_dpi < *y_dpi))
		i++;
	*x_dpi = resolutions[i].x_dpi;
	*y_dpi = resolutions[i].y_dpi;
}

bool page_form_list_ok(const char *list)
{
	for (;;) {
		size_t bytes = strcspn(list, ",");

		if (find_resolution(list, bytes) < 0)
			return false;
		if (!list[bytes])
			return true;
		list += bytes + 1;
	}
}

uint32_t page_form_width_px(uint16_t x_dpi, enum page_size size)
{
	/* RFC 3949, 4.2.2: of 200, 300 and 400 pixels per inch, and of those of another name */
	static const uint32_t widths[PAGE_SIZES] = { 1728, 2048, 2432 };
	uint32_t dpi = x_dpi == 204 ? 200 : x_dpi == 408 ? 400 : x_dpi;

	return widths[size] * dpi / 200;
}

enum page_size page_form_size_of(uint16_t x_dpi, uint32_t width_px)
{
	for (enum page_size size = PAGE_A4; size < PAGE_A3; size++)
		if (width_px <= page_form_width_px(x_dpi, size))
			return size;
	return PAGE_A3;
}
