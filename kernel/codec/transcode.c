// SPDX-License-Identifier: GPL-2.0
/* Change positions from a decoder to an encoder. */
#include <linux/ifax/transcode.h>

#include "runs_source.h"

/**
 * struct ifax_transcoder - a page between two codings
 * @source: its lines
 * @scaler: where they come from instead, or NULL
 * @enc: where they go to
 * @runs: the line taken last
 * @changes: its changes
 * @pending: it has not been coded yet
 * @lines: lines coded
 * @row: RAW, JBIG: its pixels
 */
struct ifax_transcoder {
	struct runs_source source;
	struct ifax_scaler *scaler;
	struct ifax_encoder *enc;
	const u16 *runs;
	u32 changes;
	bool pending;
	u32 lines;
	u8 *row;
};

static bool wants_pixels(const struct ifax_codec_format *fmt)
{
	return fmt->coding == IFAX_CODING_RAW || fmt->coding == IFAX_CODING_JBIG;
}

static size_t source_bytes(const struct ifax_codec_format *from)
{
	return (ifax_runs_source_size(from) + 7) / 8 * 8;
}

size_t ifax_transcoder_size(const struct ifax_codec_format *from,
			    const struct ifax_codec_format *to)
{
	return sizeof(struct ifax_transcoder) + source_bytes(from) +
	       (wants_pixels(to) ? row_bytes(to->width_px) + ROW_SLACK : 0);
}
EXPORT_SYMBOL_GPL(ifax_transcoder_size);

struct ifax_transcoder *ifax_transcoder_init(void *mem, struct ifax_decoder *dec,
					     struct ifax_scaler *scaler,
					     struct ifax_encoder *enc)
{
	u32 width_px = scaler ? ifax_scaler_width_px(scaler) : dec->fmt.width_px;
	struct ifax_transcoder *transcoder = mem;

	if (enc->fmt.width_px != width_px)
		return NULL;
	memset(transcoder, 0, sizeof(*transcoder));
	ifax_runs_source_init(&transcoder->source, transcoder + 1, dec);
	transcoder->scaler = scaler;
	transcoder->enc = enc;
	if (wants_pixels(&enc->fmt))
		transcoder->row = (u8 *)(transcoder + 1) + source_bytes(&dec->fmt);
	return transcoder;
}
EXPORT_SYMBOL_GPL(ifax_transcoder_init);

static bool take(struct ifax_transcoder *transcoder)
{
	if (transcoder->scaler)
		return ifax_next_scaled_runs(transcoder->scaler, &transcoder->runs,
					     &transcoder->changes);
	if (!ifax_next_runs(&transcoder->source))
		return false;
	transcoder->runs = transcoder->source.runs;
	transcoder->changes = transcoder->source.changes;
	return true;
}

/* Put the line taken last; false if there is not enough room */
static bool put_line(struct ifax_transcoder *transcoder, u8 **at, const u8 *end)
{
	struct ifax_encoder *enc = transcoder->enc;
	u32 width_px = enc->fmt.width_px;
	const u16 *runs = transcoder->runs;
	u32 changes = transcoder->changes;
	u32 done;

	if ((size_t)(end - *at) < ifax_encoder_line_bound(&enc->fmt))
		return false;
	if (transcoder->row) {
		ifax_row_of_runs(transcoder->row, runs, changes, width_px);
		*at += ifax_encode_lines(enc, transcoder->row, 0, 1, *at, end - *at, &done);
		return done;
	}
	if (enc->fmt.flags & IFAX_FMT_WHITE_IS_1)
		invert_runs(&runs, &changes);
	*at = ifax_encode_runs(enc, runs, changes, *at);
	return true;
}

size_t ifax_transcode(struct ifax_transcoder *transcoder, void *out, size_t room, bool *ended)
{
	const u8 *end = (u8 *)out + room;
	u8 *at = out;

	*ended = false;
	for (;;) {
		if (!transcoder->pending && !take(transcoder)) {
			*ended = true;
			break;
		}
		transcoder->pending = !put_line(transcoder, &at, end);
		if (transcoder->pending)
			break;
		transcoder->lines++;
	}
	return at - (u8 *)out;
}
EXPORT_SYMBOL_GPL(ifax_transcode);

u32 ifax_transcoder_lines(const struct ifax_transcoder *transcoder)
{
	return transcoder->lines;
}
EXPORT_SYMBOL_GPL(ifax_transcoder_lines);
