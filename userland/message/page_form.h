/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The form of pages that a recipient can take: a coding, and the most that it may
 * have of resolution and width. "mmr 204x196 a4"
 *
 * Pure functions, shared with ifaxd.
 */
#ifndef _IFAX_PAGE_FORM_H
#define _IFAX_PAGE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_FORM_BYTES	32

/* Widths of fax lines (T.4): what fits one fits those behind it */
enum page_size { PAGE_A4, PAGE_B4, PAGE_A3, PAGE_SIZES };

/**
 * struct page_form - what pages are at most
 * @coding: &enum ifax_coding: mh, mr, mmr or jbig
 * @x_dpi: of a resolution of fax: 204, 300, 408 or 600
 * @y_dpi: 98, 196, 391, 300 or 600
 * @size: width
 */
struct page_form {
	uint32_t coding;
	uint16_t x_dpi;
	uint16_t y_dpi;
	enum page_size size;
};

/** page_form_from_text() - "CODING XxY SIZE"; false: it is not */
bool page_form_from_text(struct page_form *form, const char *text);
/** page_form_to_text() - the same, back */
void page_form_to_text(const struct page_form *form, char text[PAGE_FORM_BYTES]);

/** page_form_coding() - "mh", "mr", "mmr" or "jbig" of so many bytes as &enum ifax_coding; -1 */
int page_form_coding(const char *name, size_t bytes);
const char *page_form_coding_name(uint32_t coding);
/** page_form_flags() - IFAX_FMT_* of a coding, as profiles S, F and J of RFC 3949 have it */
uint32_t page_form_flags(uint32_t coding);
/** page_form_size() - "a4", "b4" or "a3" of so many bytes; -1 */
int page_form_size(const char *name, size_t bytes);

/**
 * page_form_dpi() - the resolution by which a fax knows one
 * @x_dpi: 200 becomes 204, 400 becomes 408 (RFC 3949, 4.4.2); so does what lies between,
 *	as 203 does, 8 per millimetre
 * @y_dpi: so do 100, 98; 200, 196; 400, 391
 */
void page_form_dpi(uint16_t *x_dpi, uint16_t *y_dpi);

/**
 * page_form_reduce() - the best resolution of a list that is no better than another
 * @list: "204x98,204x196,…"; "": what everybody takes (204x98, 204x196)
 * @x_dpi: resolution of a page, as of page_form_dpi(); reduced. If nothing in the list
 *	is as low it becomes the lowest one there is, but what everybody takes stays
 * @y_dpi: the same
 */
void page_form_reduce(const char *list, uint16_t *x_dpi, uint16_t *y_dpi);

/** page_form_raise() - the lowest resolution of fax that is no worse than another */
void page_form_raise(uint16_t *x_dpi, uint16_t *y_dpi);

/** page_form_list_ok() - whether a text is resolutions with commas between */
bool page_form_list_ok(const char *list);

/** page_form_width_px() - pixels of a line of so many pixels per inch on a sheet */
uint32_t page_form_width_px(uint16_t x_dpi, enum page_size size);
/** page_form_size_of() - the sheet that a line fits on; PAGE_A3 if none */
enum page_size page_form_size_of(uint16_t x_dpi, uint32_t width_px);

#endif /* _IFAX_PAGE_FORM_H */
