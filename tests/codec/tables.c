// SPDX-License-Identifier: GPL-2.0
/*
 * The tables of gen_tables.c against the standard's code words, as libtiff has
 * them: every run of both colours that one make-up and one terminating word
 * can say, and every mode.
 */
#include <stdlib.h>
#include <string.h>

#include "coded.h"
#include "peer_tiff.h"
#include "tables.h"
#include "tap.h"

#define LONGEST_PX	2623

/* The bits that libtiff makes of a black run of @px between white ones of @white_px and 1 */
static size_t libtiff_line(u32 white_px, u32 px, u32 after_px, u8 **coded)
{
	struct page page = page_new("run", white_px + px + after_px, 1);
	struct ifax_codec_format fmt = { .coding = IFAX_CODING_MH, .width_px = page.width_px };
	size_t bytes;
	u32 x;

	for (x = white_px; x < white_px + px; x++)
		page_set_black(&page, x, 0);
	bytes = tiff_encode(&fmt, &page, coded);
	page_free(&page);
	return bytes;
}

static u32 bits_at(const u8 *data, size_t bytes, u32 at, u32 count)
{
	u32 value = 0;

	for (; count--; at++)
		value = value << 1 | (at / 8 < bytes ? data[at / 8] >> (7 - at % 8) & 1 : 0);
	return value;
}

/* Does the encoder's word stand at bit @*at? Go behind it */
static bool word_stands(const u8 *data, size_t bytes, u32 *at, u32 code)
{
	bool same = bits_at(data, bytes, *at, code & 15) == code >> 4;

	*at += code & 15;
	return same;
}

static bool run_stands(const u8 *data, size_t bytes, u32 *at, const u32 *codes, u32 px)
{
	if (px >= 64 && !word_stands(data, bytes, at, codes[63 + px / 64]))
		return false;
	return word_stands(data, bytes, at, codes[px % 64]);
}

static bool run_is_standard(u32 px, bool black)
{
	u32 white_px = black ? 1 : px;
	u32 black_px = black ? px : 1;
	u32 at = 0;
	size_t bytes;
	bool same;
	u8 *data;

	if (!black_px)
		return true;
	bytes = libtiff_line(white_px, black_px, 0, &data);
	same = run_stands(data, bytes, &at, ifax_white_codes, white_px) &&
	       run_stands(data, bytes, &at, ifax_black_codes, black_px) &&
	       bytes == (at + 7) / 8;
	free(data);
	return same;
}

static u32 run_px(u32 index)
{
	return index < 64 ? index : (index - 63) * 64;
}

/* Each entry of the decoder's table is the one word that begins so, or none does */
static bool runs_match(const u16 *table, u32 bits, const u32 *codes)
{
	u32 value, i;

	for (value = 0; value < 1U << bits; value++) {
		u16 expected = 0;

		for (i = 0; i < 104; i++)
			if (value >> (bits - (codes[i] & 15)) == codes[i] >> 4)
				expected = run_px(i) << 4 | (codes[i] & 15);
		if (table[value] != expected) {
			diag("bits %x: 0x%x, expected 0x%x", value, table[value], expected);
			return false;
		}
	}
	return true;
}

/* No word is the begin of another, nor of an EOL */
static bool prefix_free(const u32 *codes)
{
	u32 i, k;

	for (i = 0; i < 104; i++) {
		for (k = 0; k < 104; k++) {
			u32 bits = codes[i] & 15, other = codes[k] & 15;

			if (i != k && bits <= other &&
			    codes[k] >> 4 >> (other - bits) == codes[i] >> 4)
				return false;
		}
		if (codes[i] >> 4 >> (codes[i] & 15) || !(codes[i] >> 4))
			return false;
	}
	return true;
}

/* T.6 table 1, written as there */
static const struct {
	const char *word;
	u32 mode;
} modes[] = {
	{ "0001", MODE_PASS }, { "001", MODE_HORIZONTAL },
	{ "011", MODE_NONE + 1 }, { "000011", MODE_NONE + 2 }, { "0000011", MODE_NONE + 3 },
	{ "010", MODE_NONE - 1 }, { "000010", MODE_NONE - 2 }, { "0000010", MODE_NONE - 3 },
};

static u16 expected_mode(u32 value)
{
	u32 v0 = 0, i;

	while (v0 < 8 && value >> (MODE_BITS - 1 - v0) & 1)
		v0++;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]) && v0 < 8; i++) {
		u32 bits = strlen(modes[i].word);

		if (v0 + bits <= MODE_BITS &&
		    (value >> (MODE_BITS - v0 - bits) & ((1U << bits) - 1)) ==
		    strtoul(modes[i].word, NULL, 2))
			return MODE(modes[i].mode, v0, v0 + bits);
	}
	return v0 ? MODE(MODE_NONE, v0, v0) : MODE(MODE_OTHER, 0, 0);
}

int main(void)
{
	u32 px, value, wrong = 0;

	for (px = 1; px <= LONGEST_PX; px++)
		wrong += !run_is_standard(px, false) + !run_is_standard(px, true);
	ok(!wrong && run_is_standard(0, false), "runs of 0 to %u pixels, white and black",
	   LONGEST_PX);
	ok(prefix_free(ifax_white_codes), "white words are free of prefixes");
	ok(prefix_free(ifax_black_codes), "black words are free of prefixes");
	ok(runs_match(ifax_white_runs, WHITE_BITS, ifax_white_codes), "decoder's white words");
	ok(runs_match(ifax_black_runs, BLACK_BITS, ifax_black_codes), "decoder's black words");
	/* the black run of 0, which no line needs: T.4 table 2 */
	ok(ifax_black_codes[0] == (0x37 << 4 | 10), "black run of 0");
	for (value = wrong = 0; value < 1 << MODE_BITS; value++)
		wrong += ifax_modes[value] != expected_mode(value);
	ok(!wrong, "modes, with V(0) up to eight times before them");
	return done_testing();
}
