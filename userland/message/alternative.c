// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <linux/ifax.h>

#include "../agent/paper/page_file.h"
#include "alternative.h"
#include "features.h"

/* "204/196", but 1 where pixels are square */
static char *ratio_of(uint16_t x_dpi, uint16_t y_dpi)
{
	return x_dpi == y_dpi ? g_strdup("1") : g_strdup_printf("%u/%u", x_dpi, y_dpi);
}

/* In the words of RFC 2879; to be freed. */
static char *features_of(const struct page_form *form, const char *codings)
{
	static const char * const sizes[PAGE_SIZES] = { "A4", "B4", "A3" };
	char *ratio = ratio_of(form->x_dpi, form->y_dpi), *features;

	features = g_strdup_printf("(& (color=Binary) (image-file-structure=TIFF-%s) (MRC-mode=0)"
				   " (image-coding=%s) (dpi=%u) (dpi-xyratio=%s) (paper-size=%s))",
				   form->coding == IFAX_CODING_MH ? "minimal" : "limited",
				   codings, form->x_dpi, ratio, sizes[form->size]);
	g_free(ratio);
	return features;
}

static void set_header(GMimeObject *object, const char *name, char *value)
{
	g_mime_object_set_header(object, name, value, NULL);
	g_free(value);
}

void alternative_offer(GMimeMessage *message, GMimeObject *part, const struct page_form *form,
		       const struct page_form *better)
{
	char *coding = g_ascii_strup(page_form_coding_name(form->coding), -1);

	set_header(part, "Content-Features", features_of(form, coding));
	set_header(part, "Content-Alternative", features_of(better, "[MH,MR,MMR,JBIG]"));
	/* for as long as the pages are kept, which nobody else knows */
	g_mime_object_set_header(GMIME_OBJECT(message), "Disposition-Notification-Options",
				 "Alternative-available=optional,temporary", NULL);
	g_free(coding);
}

/**
 * struct search - for an offer that is better
 * @own: what is printed here
 * @x_dpi: of what came; 0: nothing did
 * @y_dpi: the same
 * @found: there is one
 */
struct search {
	const char *own;
	uint16_t x_dpi;
	uint16_t y_dpi;
	bool found;
};

static void look_at(GMimeObject *parent, GMimeObject *object, gpointer data)
{
	const char *offered = g_mime_object_get_header(object, "Content-Alternative");
	struct search *search = data;

	if (offered && strlen(offered) <= FEATURES_BYTES_MAX)
		search->found |= features_better(search->own, offered, search->x_dpi,
						 search->y_dpi);
}

bool alternative_is_better(GMimeMessage *message, const char *own, int pages_fd)
{
	struct search search = { .own = own };
	struct page_reader reader;

	/* the best of the pages counts: what the others lack was not to be had */
	for (bool more = !page_reader_init(&reader, pages_fd);
	     more && page_reader_next(&reader) > 0;) {
		uint16_t x_dpi = reader.page.format.x_dpi, y_dpi = reader.page.format.y_dpi;

		page_form_dpi(&x_dpi, &y_dpi);
		if (x_dpi * y_dpi <= search.x_dpi * search.y_dpi)
			continue;
		search.x_dpi = x_dpi;
		search.y_dpi = y_dpi;
	}
	g_mime_message_foreach(message, look_at, &search);
	return search.found;
}
