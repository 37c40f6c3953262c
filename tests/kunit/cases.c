// SPDX-License-Identifier: GPL-2.0
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif
#include <linux/ifax/fit.h>

#include "cases.h"

#define LINES	24

/* A page, its coded form, and what is decoded */
struct trial {
	struct ifax_codec_format fmt;
	size_t stride;
	u8 *rows;
	u8 *coded;
	size_t coded_bytes;
	size_t room;
	u8 *decoded;
	u32 lines;
	struct ifax_fault_report report;
	struct ifax_damage damage;
};

static u32 seed;

static u32 any(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

static bool is_black(u32 pattern, u32 x, u32 y)
{
	switch (pattern) {
	case 0:
		return false;
	case 1:
		return true;
	case 2:
		return (x ^ y) & 1;
	case 3:
		return any(2);
	case 4:
		return !any(40);
	default:
		return (x + y * y % 11) / 9 % 3 == 1;
	}
}

#define PATTERNS	6

static struct trial trial_begin(u32 coding, u32 flags, u32 width_px, u32 pattern)
{
	struct trial trial = {
		.fmt = { .coding = coding, .flags = flags, .width_px = width_px, .k = 4 },
		.stride = (width_px + 7) / 8,
	};
	u32 x, y;

	trial.room = (LINES + 2) * ifax_encoder_line_bound(&trial.fmt);
	trial.rows = case_alloc(LINES * trial.stride);
	trial.coded = case_alloc(trial.room);
	trial.decoded = case_alloc((LINES + 1) * trial.stride);
	memset(trial.rows, 0, LINES * trial.stride);
	for (y = 0; y < LINES; y++)
		for (x = 0; x < width_px; x++)
			if (is_black(pattern, x, y))
				trial.rows[y * trial.stride + x / 8] |= 0x80 >> x % 8;
	return trial;
}

static void trial_end(struct trial *trial)
{
	case_free(trial->rows);
	case_free(trial->coded);
	case_free(trial->decoded);
}

/* @band: lines in a call */
static void encode(struct trial *trial, u32 band)
{
	void *mem = case_alloc(ifax_encoder_size(&trial->fmt));
	struct ifax_encoder *enc = ifax_encoder_init(mem, &trial->fmt);
	u32 y = 0, done;

	trial->coded_bytes = 0;
	while (y < LINES) {
		trial->coded_bytes += ifax_encode_lines(enc, trial->rows + y * trial->stride,
							trial->stride,
							LINES - y < band ? LINES - y : band,
							trial->coded + trial->coded_bytes,
							trial->room - trial->coded_bytes, &done);
		y += done;
	}
	trial->coded_bytes += ifax_encode_end(enc, trial->coded + trial->coded_bytes,
					      trial->room - trial->coded_bytes);
	case_free(mem);
}

struct piecewise {
	struct ifax_bytes bytes;
	const u8 *data;
	size_t left;
	size_t piece;
	u8 *copy;
};

static bool next_piece(struct ifax_bytes *in)
{
	struct piecewise *pieces = (struct piecewise *)in;
	size_t bytes = pieces->left < pieces->piece ? pieces->left : pieces->piece;

	if (!bytes)
		return false;
	case_free(pieces->copy);
	pieces->copy = case_alloc(bytes);
	memcpy(pieces->copy, pieces->data, bytes);
	pieces->data += bytes;
	pieces->left -= bytes;
	pieces->bytes.at = pieces->copy;
	pieces->bytes.end = pieces->copy + bytes;
	return true;
}

static void decode(struct trial *trial, size_t piece, bool conceal)
{
	void *mem = case_alloc(ifax_decoder_size(&trial->fmt));
	struct piecewise pieces = {
		.bytes.more = next_piece, .data = trial->coded, .left = trial->coded_bytes,
		.piece = piece,
	};
	struct ifax_decoder *dec = ifax_decoder_init(mem, &trial->fmt, &pieces.bytes);

	if (conceal)
		ifax_decoder_conceal(dec);
	trial->lines = ifax_decode_lines(dec, trial->decoded, trial->stride, LINES + 1);
	trial->report = *ifax_decoder_fault(dec);
	trial->damage = *ifax_decoder_damage(dec);
	case_free(pieces.copy);
	case_free(mem);
}

static bool came_back(const struct trial *trial)
{
	return trial->lines == LINES && !trial->report.fault &&
	       !memcmp(trial->decoded, trial->rows, LINES * trial->stride);
}

/* Lines of eight pixels, coded by hand from the tables of T.4 and T.6 */
const char *codec_case_known_bytes(void)
{
	static const struct {
		u32 coding;
		u32 lines;
		u8 rows[2];
		u8 bytes;
		u8 coded[4];
	} known[] = {
		/* white 8 is 10011; white 2, black 2, white 4 is 0111 11 1011 */
		{ IFAX_CODING_MH, 1, { 0x00 }, 1, { 0x98 } },
		{ IFAX_CODING_MH, 2, { 0x30, 0x00 }, 2, { 0x7e, 0xe6 } },
		/* V(0); horizontal 001 0111 11, then V(0) */
		{ IFAX_CODING_MMR, 2, { 0x00, 0x00 }, 1, { 0xc0 } },
		{ IFAX_CODING_MMR, 2, { 0x30, 0x30 }, 2, { 0x2f, 0xf8 } },
		{ IFAX_CODING_RAW, 2, { 0x5a, 0xa5 }, 2, { 0x5a, 0xa5 } },
	};
	const char *wrong = NULL;
	u32 i, done;

	for (i = 0; i < sizeof(known) / sizeof(known[0]) && !wrong; i++) {
		struct ifax_codec_format fmt = { .coding = known[i].coding, .width_px = 8 };
		size_t room = 4 * ifax_encoder_line_bound(&fmt), bytes;
		void *mem = case_alloc(ifax_encoder_size(&fmt));
		struct ifax_encoder *enc = ifax_encoder_init(mem, &fmt);
		u8 *out = case_alloc(room);

		bytes = ifax_encode_lines(enc, known[i].rows, 1, known[i].lines, out, room, &done);
		bytes += ifax_encode_end(enc, out + bytes, room - bytes);
		if (done != known[i].lines || bytes != known[i].bytes ||
		    memcmp(out, known[i].coded, bytes))
			wrong = "bytes are not those of the standard";
		case_free(out);
		case_free(mem);
	}
	return wrong;
}

static const u32 widths_px[] = { 1, 7, 8, 9, 63, 64, 65, 200, 1728, 2600 };

#define WIDTHS	(sizeof(widths_px) / sizeof(widths_px[0]))

const char *codec_case_round_trips(void)
{
	const char *wrong = NULL;
	u32 coding, pattern, i;

	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG; coding++) {
		for (pattern = 0; pattern < PATTERNS; pattern++) {
			for (i = 0; i < WIDTHS && !wrong; i++) {
				struct trial trial = trial_begin(coding, 0, widths_px[i], pattern);

				trial.fmt.length_lines = LINES;
				encode(&trial, LINES);
				decode(&trial, trial.coded_bytes, false);
				if (!came_back(&trial))
					wrong = "a page does not come back";
				trial_end(&trial);
			}
		}
	}
	return wrong;
}

const char *codec_case_pieces(void)
{
	const char *wrong = NULL;
	u32 coding, piece;

	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG; coding++) {
		for (piece = 1; piece < 12 && !wrong; piece++) {
			struct trial trial = trial_begin(coding, 0, 333, 5);

			trial.fmt.length_lines = LINES;
			encode(&trial, piece);
			decode(&trial, piece, false);
			if (!came_back(&trial))
				wrong = "a page in pieces does not come back";
			trial_end(&trial);
		}
	}
	return wrong;
}

/* A line is begun only if it fits, and nothing is written behind the room */
const char *codec_case_small_rooms(void)
{
	const char *wrong = NULL;
	u32 coding, done;

	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG && !wrong; coding++) {
		struct trial trial = trial_begin(coding, 0, 500, 3);
		size_t bound = ifax_encoder_line_bound(&trial.fmt);
		void *mem = case_alloc(ifax_encoder_size(&trial.fmt));
		struct ifax_encoder *enc = ifax_encoder_init(mem, &trial.fmt);
		u8 *out = case_alloc(bound);
		size_t bytes;

		bytes = ifax_encode_lines(enc, trial.rows, trial.stride, LINES, out, bound - 1,
					  &done);
		if (bytes || done)
			wrong = "a line was begun that might not fit";
		bytes = ifax_encode_lines(enc, trial.rows, trial.stride, LINES, out, bound, &done);
		if (!done || bytes > bound)
			wrong = "a line does not keep to its bound";
		case_free(out);
		case_free(mem);
		trial_end(&trial);
	}
	return wrong;
}

const char *codec_case_inverted(void)
{
	const char *wrong = NULL;
	u32 coding, flags;

	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG; coding++) {
		for (flags = 0; flags < 4 && !wrong; flags++) {
			struct trial trial = trial_begin(coding,
							 (flags & 1 ? IFAX_FMT_WHITE_IS_1 : 0) |
							 (flags & 2 ? IFAX_FMT_LSB_FIRST : 0),
							 77, 5);

			trial.fmt.length_lines = LINES;
			if (!ifax_codec_format_ok(&trial.fmt)) {
				encode(&trial, 5);
				decode(&trial, 7, false);
				if (!came_back(&trial))
					wrong = "a page of another polarity or fill order is lost";
			}
			trial_end(&trial);
		}
	}
	return wrong;
}

/* What is wrong is named, with its line, and the lines before it are good */
const char *codec_case_faults(void)
{
	static const struct {
		u32 coding;
		u8 bytes;
		u8 coded[4];
		u32 lines;
		enum ifax_fault fault;
	} examples[] = {
		/* 10011, then 0000000001, which is no word and no EOL */
		{ IFAX_CODING_MH, 4, { 0x98, 0x03, 0xff, 0xff }, 1, IFAX_FAULT_CODE },
		/* 10011, white 2 = 0111, black 7 = 00011: one pixel too many */
		{ IFAX_CODING_MH, 3, { 0x9b, 0x8d, 0xff }, 1, IFAX_FAULT_LONG },
		/* V(0), then VR(1): behind the end */
		{ IFAX_CODING_MMR, 2, { 0xbf, 0xff }, 1, IFAX_FAULT_LONG },
		/* V(0), then 0000001111: uncompressed mode */
		{ IFAX_CODING_MMR, 2, { 0x81, 0xff }, 1, IFAX_FAULT_UNCOMPRESSED },
		/* no header of T.82: of this width it is none */
		{ IFAX_CODING_JBIG, 4, { 0xff, 0xff, 0xff, 0xff }, 0, IFAX_FAULT_SHORT },
	};
	const char *wrong = NULL;
	u32 i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]) && !wrong; i++) {
		struct trial trial = trial_begin(examples[i].coding, 0, 8, 0);

		memcpy(trial.coded, examples[i].coded, examples[i].bytes);
		trial.coded_bytes = examples[i].bytes;
		decode(&trial, 3, false);
		if (trial.report.fault != examples[i].fault || trial.lines != examples[i].lines ||
		    trial.report.line != examples[i].lines + 1)
			wrong = "a fault is not found, or not where it is";
		trial_end(&trial);
	}
	return wrong;
}

const char *codec_case_concealment(void)
{
	/* EOL, 0111 11 1011; EOL, words that are none; EOL, 10011; EOL */
	static const u8 coded[] = { 0x00, 0x17, 0xee, 0x00, 0x10, 0x02, 0x00, 0x19, 0x80, 0x08 };
	struct trial trial = trial_begin(IFAX_CODING_MH, 0, 8, 0);
	const char *wrong = NULL;

	memcpy(trial.coded, coded, sizeof(coded));
	trial.coded_bytes = sizeof(coded);
	decode(&trial, 2, true);
	if (trial.lines != 3 || trial.report.fault || trial.decoded[0] != 0x30 ||
	    trial.decoded[1] != 0x30 || trial.decoded[2] != 0x00)
		wrong = "a wrong line is not replaced by the one before";
	else if (trial.damage.bad_lines != 1 || trial.damage.first_line != 2)
		wrong = "wrong lines are not counted";
	trial_end(&trial);
	return wrong;
}

/* Whatever comes: within the buffers, and to an end */
const char *codec_case_damage(void)
{
	const char *wrong = NULL;
	u32 coding, round, n;

	seed = 1;
	for (coding = IFAX_CODING_RAW; coding <= IFAX_CODING_JBIG; coding++) {
		for (round = 0; round < 100 && !wrong; round++) {
			struct trial trial = trial_begin(coding, 0, 1 + any(400), any(PATTERNS));

			encode(&trial, LINES);
			for (n = 1 + any(4); n && trial.coded_bytes; n--)
				trial.coded[any(trial.coded_bytes)] = any(256);
			trial.coded_bytes -= any(trial.coded_bytes / 4 + 1);
			decode(&trial, 1 + any(50), any(2));
			if (trial.lines > LINES + 1 ||
			    (trial.report.fault && trial.report.line != trial.lines + 1))
				wrong = "more lines than were asked for, or a fault elsewhere";
			trial_end(&trial);
		}
	}
	return wrong;
}

const char *codec_case_formats_refused(void)
{
	static const struct ifax_codec_format refused[] = {
		{ .coding = IFAX_CODING_MMR, .width_px = 0 },
		{ .coding = IFAX_CODING_MMR, .width_px = IFAX_WIDTH_PX_MAX + 1 },
		{ .coding = IFAX_CODING_MMR, .width_px = 8, .flags = IFAX_FMT_EOL },
		{ .coding = IFAX_CODING_MH, .width_px = 8, .flags = 1U << 31 },
		{ .coding = IFAX_CODING_JBIG, .width_px = 8, .flags = IFAX_FMT_LSB_FIRST },
		{ .coding = IFAX_CODING_JBIG + 1, .width_px = 8 },
	};
	u64 mem[8];
	u32 i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!ifax_codec_format_ok(&refused[i]) || ifax_encoder_init(mem, &refused[i]))
			return "a format that cannot be coded is taken";
	return NULL;
}

/* tests/codec/fit.c has all of them: width, length, way, sheets, size */
static const struct {
	u32 width_px;
	u32 lines;
	bool turned;
	u32 sheets;
	u32 to_width_px;
	u32 to_lines;
} on_a4[] = {
	{ 1728, 2292, false, 1, 1686, 2291 },
	{ 2432, 1620, true, 1, 1686, 2291 },
	{ 2048, 2809, false, 1, 1670, 2291 },
	{ 1728, 4630, false, 3, 1686, 4630 },
};

/* Pages come onto paper as an office wants it */
const char *codec_case_paper(void)
{
	static const struct ifax_resolution resolution = { 204, 196 };
	static const struct ifax_fit_paper a4 = { 2100, 2970 };
	static const struct ifax_fit_engine engine = {
		.resolution = &resolution, .resolutions = 1, .width_px_min = 1,
		.width_px_max = 7296, .lines_max = 16384, .paper = &a4, .papers = 1,
	};
	struct ifax_fit_page page = {
		.x_dpi = 204, .y_dpi = 196, .scaling = IFAX_SCALING_ENGINE,
		.page_fit = IFAX_FIT_OFFICE,
	};
	struct ifax_fit fit;
	u32 i;

	for (i = 0; i < sizeof(on_a4) / sizeof(on_a4[0]); i++) {
		page.width_px = on_a4[i].width_px;
		page.lines = on_a4[i].lines;
		if (ifax_fit_page(&fit, &page, &engine))
			return "there is no way onto A4";
		if (fit.turned != on_a4[i].turned || fit.sheets != on_a4[i].sheets ||
		    fit.scale.width_px != on_a4[i].to_width_px || fit.lines != on_a4[i].to_lines)
			return "it is not the way of an office";
	}
	page.lines = 0;
	return ifax_fit_page(&fit, &page, &engine) ? NULL : "a page without lines";
}
