// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/ifax/codec.h>
#include <linux/ifax/scale.h>
#include <stdlib.h>

#include "fit.h"

#define BAND_BYTES	65536

/**
 * struct fit - a page that is scaled
 * @fmt: format of its data
 * @scale: what becomes of it
 * @data: coded bytes
 * @in: what the decoder has not read of them
 * @decoder: memory of the decoder
 * @scaler: memory of the scaler
 */
struct fit {
	struct ifax_codec_format fmt;
	struct ifax_scale scale;
	uint8_t *data;
	struct ifax_bytes in;
	void *decoder;
	void *scaler;
};

/* The engine's nearest resolution; its widest line, if the page is wider on paper */
static int choose(struct fit *fit, int fd, const struct ifax_caps *caps,
		  struct ifax_format *format)
{
	struct ifax_scale *scale = &fit->scale;
	uint32_t x_dpi = format->x_dpi, y_dpi = format->y_dpi, width_px;
	int err = ifax_try_format(fd, format);

	if (err)
		return err;
	*scale = (struct ifax_scale){
		.x_from = x_dpi, .x_to = format->x_dpi, .y_from = y_dpi, .y_to = format->y_dpi,
	};
	width_px = ifax_scaled(fit->fmt.width_px, x_dpi, format->x_dpi);
	if (width_px > caps->width_px_max) {
		scale->x_from = fit->fmt.width_px;
		scale->x_to = caps->width_px_max;
		scale->y_to = ifax_scaled(format->y_dpi, width_px, caps->width_px_max);
		width_px = caps->width_px_max;
	}
	format->width_px = width_px;
	err = ifax_try_format(fd, format);
	scale->width_px = format->width_px;
	return err;
}

static int read_data(struct fit *fit, struct page_reader *pages)
{
	size_t bytes = pages->page.data_bytes;
	ssize_t n;

	fit->data = malloc(bytes);
	if (!fit->data)
		return -ENOMEM;
	n = page_reader_data(pages, 0, fit->data, bytes);
	fit->in = (struct ifax_bytes){ .at = fit->data, .end = fit->data + bytes };
	return n < 0 ? n : (size_t)n == bytes ? 0 : -EBADMSG;
}

static int write_lines(struct fit *fit, int fd)
{
	size_t stride = (fit->scale.width_px + 7) / 8;
	uint32_t lines, room = BAND_BYTES / stride;
	struct ifax_decoder *decoder;
	struct ifax_scaler *scaler;
	uint8_t band[BAND_BYTES];
	int err = 0;

	fit->decoder = malloc(ifax_decoder_size(&fit->fmt));
	fit->scaler = malloc(ifax_scaler_size(&fit->scale, &fit->fmt));
	if (!fit->decoder || !fit->scaler)
		return -ENOMEM;
	decoder = ifax_decoder_init(fit->decoder, &fit->fmt, &fit->in);
	scaler = decoder ? ifax_scaler_init(fit->scaler, &fit->scale, &fit->fmt, decoder) : NULL;
	if (!scaler)
		return -EINVAL;
	do {
		lines = ifax_scale_lines(scaler, band, stride, room);
		if (lines)
			err = ifax_write_all(fd, band, lines * stride);
	} while (!err && lines == room);
	return err;
}

int fit_page(int fd, const struct ifax_caps *caps, struct page_reader *pages, uint32_t copies)
{
	const struct ifax_format *from = &pages->page.format;
	struct ifax_format format = {
		.coding = IFAX_CODING_RAW, .width_px = from->width_px,
		.x_dpi = from->x_dpi, .y_dpi = from->y_dpi, .copies = copies,
	};
	struct fit fit = {
		.fmt = {
			.coding = from->coding, .flags = from->flags, .width_px = from->width_px,
			.length_lines = pages->page.lines, .k = from->k,
		},
	};
	int err;

	if (ifax_codec_format_ok(&fit.fmt))
		return -EINVAL;
	err = choose(&fit, fd, caps, &format);
	if (!err && ifax_scale_ok(&fit.scale, &fit.fmt))
		err = -EINVAL;
	if (!err)
		err = ifax_set_format(fd, &format);
	if (!err)
		err = read_data(&fit, pages);
	if (!err)
		err = write_lines(&fit, fd);
	free(fit.scaler);
	free(fit.decoder);
	free(fit.data);
	return err;
}
