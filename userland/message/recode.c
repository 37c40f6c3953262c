// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax/transcode.h>
#include <stdio.h>
#include <stdlib.h>

#include "recode.h"

#define Y_UNIT		60000	/* of a factor across the lines that is not of two resolutions */
#define DATA_BYTES_MAX	(1U << 30)

/**
 * struct recoding - a page on its way
 * @from: format of the data
 * @to: format that it gets
 * @scale: from one to the other, if @scaled
 * @scaled: it is
 * @x_dpi: resolution that it gets
 * @y_dpi: the same
 * @lines: it has had so far
 * @out: data that came of it
 * @bytes: of @out
 * @room: at @out
 */
struct recoding {
	struct ifax_codec_format from;
	struct ifax_codec_format to;
	struct ifax_scale scale;
	bool scaled;
	uint16_t x_dpi;
	uint16_t y_dpi;
	uint32_t lines;
	uint8_t *out;
	size_t bytes;
	size_t room;
};

/* T.4, 4.2.1: a one-dimensional line among two at standard resolution, among four at others */
static uint32_t k_of(uint32_t coding, uint16_t y_dpi)
{
	return coding != IFAX_CODING_MR ? 0 : y_dpi < 150 ? 2 : 4;
}

/* Resolution, width, and what follows for the lines */
static void plan_scale(struct recoding *recoding, const struct ifax_format *format,
		       const struct page_form *form)
{
	uint16_t x_dpi = format->x_dpi, y_dpi = format->y_dpi, x_from, y_from;
	uint32_t width, most, own = format->width_px;
	struct ifax_scale *scale = &recoding->scale;
	char limit[16];

	page_form_dpi(&x_dpi, &y_dpi);
	x_from = x_dpi;
	y_from = y_dpi;
	recoding->x_dpi = format->x_dpi;
	recoding->y_dpi = format->y_dpi;
	if (x_dpi > form->x_dpi || y_dpi > form->y_dpi) {
		snprintf(limit, sizeof(limit), "%ux%u", form->x_dpi, form->y_dpi);
		page_form_reduce(limit, &x_dpi, &y_dpi);
		recoding->x_dpi = x_dpi;
		recoding->y_dpi = y_dpi;
	}
	most = page_form_width_px(x_dpi, form->size);
	width = ifax_scaled(own, x_from, x_dpi);
	*scale = (struct ifax_scale){ x_from, x_dpi, y_from, y_dpi, 0, 0, 0 };
	if (width > most) {
		scale->x_from = own;
		scale->x_to = most;
		scale->y_from = Y_UNIT;
		scale->y_to = (uint64_t)Y_UNIT * y_dpi * most / ((uint64_t)y_from * width);
		width = most;
	}
	scale->width_px = page_form_width_px(x_dpi, page_form_size_of(x_dpi, width));
	scale->left_px = ((int32_t)scale->width_px - (int32_t)width) / 2;
	recoding->scaled = scale->x_from != scale->x_to || scale->y_from != scale->y_to ||
			   scale->width_px != own;
}

static bool grow(struct recoding *recoding, size_t bytes)
{
	uint8_t *grown;

	if (recoding->room - recoding->bytes >= bytes)
		return true;
	recoding->room += recoding->room / 2 + bytes;
	grown = recoding->room > DATA_BYTES_MAX ? NULL : realloc(recoding->out, recoding->room);
	if (!grown)
		return false;
	recoding->out = grown;
	return true;
}

/* Memory of the codec's parts */
struct parts {
	void *decoder, *encoder, *scaler, *transcoder;
};

static bool get_parts(const struct recoding *recoding, struct parts *parts)
{
	*parts = (struct parts){
		.decoder = malloc(ifax_decoder_size(&recoding->from)),
		.encoder = malloc(ifax_encoder_size(&recoding->to)),
		.transcoder = malloc(ifax_transcoder_size(&recoding->from, &recoding->to)),
		.scaler = recoding->scaled ?
			malloc(ifax_scaler_size(&recoding->scale, &recoding->from)) : NULL,
	};
	return parts->decoder && parts->encoder && parts->transcoder &&
	       (parts->scaler || !recoding->scaled);
}

static void free_parts(struct parts *parts)
{
	free(parts->transcoder);
	free(parts->scaler);
	free(parts->encoder);
	free(parts->decoder);
}

/* At the end of JBIG, all of the page may hang on a carry. */
static size_t end_bound(const struct recoding *recoding)
{
	size_t bound = ifax_encoder_line_bound(&recoding->to);

	return recoding->to.coding == IFAX_CODING_JBIG ? (recoding->lines + 1) * bound : bound;
}

static int run(struct recoding *recoding, struct parts *parts, const void *data, uint64_t bytes,
	       struct failure *failure)
{
	struct ifax_bytes in = { .at = data, .end = (const uint8_t *)data + bytes };
	struct ifax_decoder *dec = ifax_decoder_init(parts->decoder, &recoding->from, &in);
	struct ifax_encoder *enc = ifax_encoder_init(parts->encoder, &recoding->to);
	struct ifax_scaler *scaler = recoding->scaled ?
		ifax_scaler_init(parts->scaler, &recoding->scale, &recoding->from, dec) : NULL;
	struct ifax_transcoder *transcoder =
		ifax_transcoder_init(parts->transcoder, dec, scaler, enc);
	size_t bound = ifax_encoder_line_bound(&recoding->to);
	const struct ifax_fault_report *report;
	bool ended = false;

	recoding->bytes = 0;
	while (!ended && grow(recoding, bound))
		recoding->bytes += ifax_transcode(transcoder, recoding->out + recoding->bytes,
						  recoding->room - recoding->bytes, &ended);
	recoding->lines = ifax_transcoder_lines(transcoder);
	report = ifax_decoder_fault(dec);
	if (report->fault)
		return fail(failure, EXIT_INPUT, "line %u: %s", report->line,
			    ifax_fault_text(report->fault));
	if (!ended || !grow(recoding, end_bound(recoding)))
		return fail(failure, EXIT_LATER, "no memory to code it anew");
	recoding->bytes += ifax_encode_end(enc, recoding->out + recoding->bytes,
					   recoding->room - recoding->bytes);
	return 0;
}

static int code_anew(struct recoding *recoding, const void *data, uint64_t bytes,
		     struct failure *failure)
{
	struct parts parts;
	int err;

	if (ifax_codec_format_ok(&recoding->from) || ifax_codec_format_ok(&recoding->to) ||
	    (recoding->scaled && ifax_scale_ok(&recoding->scale, &recoding->from)))
		return fail(failure, EXIT_INPUT, "it cannot be coded as %s",
			    page_form_coding_name(recoding->to.coding));
	if (!get_parts(recoding, &parts))
		err = fail(failure, EXIT_LATER, "no memory to code it anew");
	else
		err = run(recoding, &parts, data, bytes, failure);
	free_parts(&parts);
	return err;
}

/* The page becomes what the recoding says. */
static int replace_data(struct recoding *recoding, struct page_header *page, void **data,
			uint64_t *bytes, struct failure *failure)
{
	struct ifax_format *format = &page->format;
	int err = code_anew(recoding, *data, *bytes, failure);

	if (err) {
		free(recoding->out);
		return err;
	}
	free(*data);
	*data = recoding->out;
	*bytes = recoding->bytes;
	format->coding = recoding->to.coding;
	format->flags = recoding->to.flags;
	format->k = recoding->to.k;
	format->width_px = recoding->to.width_px;
	format->x_dpi = recoding->x_dpi;
	format->y_dpi = recoding->y_dpi;
	page->lines = recoding->lines;
	return 0;
}

static struct recoding recoding_of(const struct page_header *page)
{
	const struct ifax_format *format = &page->format;

	return (struct recoding){
		.from = {
			.coding = format->coding, .flags = format->flags & IFAX_FMT_FLAGS,
			.width_px = format->width_px, .length_lines = page->lines, .k = format->k,
		},
		.x_dpi = format->x_dpi, .y_dpi = format->y_dpi,
	};
}

int recode_page(struct page_header *page, const struct page_form *form, uint32_t coding,
		void **data, uint64_t *bytes, struct failure *failure)
{
	const struct ifax_format *format = &page->format;
	struct recoding recoding = recoding_of(page);

	plan_scale(&recoding, format, form);
	if (!recoding.scaled && format->coding == coding &&
	    (coding != IFAX_CODING_MH || format->flags & IFAX_FMT_EOL))
		return 0;
	recoding.to = (struct ifax_codec_format){
		.coding = coding, .flags = page_form_flags(coding),
		.width_px = recoding.scaled ? recoding.scale.width_px : format->width_px,
		.length_lines = !recoding.scaled ? page->lines :
			ifax_scaled(page->lines, recoding.scale.y_from, recoding.scale.y_to),
		.k = k_of(coding, recoding.y_dpi),
	};
	return replace_data(&recoding, page, data, bytes, failure);
}

int recode_exactly(struct page_header *page, uint32_t coding, uint32_t flags, void **data,
		   uint64_t *bytes, struct failure *failure)
{
	struct recoding recoding = recoding_of(page);

	recoding.to = recoding.from;
	recoding.to.coding = coding;
	recoding.to.flags = flags;
	recoding.to.k = k_of(coding, recoding.y_dpi);
	return replace_data(&recoding, page, data, bytes, failure);
}
