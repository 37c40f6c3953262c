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

/* Do the encoder's words of a run stand at bit @*at? Go behind them */
static bool run_stands(const u8 *data, size_t bytes, u32 *at, const u32 *codes, u32 px)
{
	bool same = bits_at(data, bytes, *at, codes[px] & 31) == codes[px] >> 5;

	*at += codes[px] & 31;
	return same;
}

static bool run_is_standard(u32 px, bool black)
{
	u32 white_px = black ? 1 : px;
	u32 black_px = black ? px : 1;
	u32 at = 0;
	size_t bytes;
	bool same;
	u8 *data;

	bytes = libtiff_line(white_px, black_px, 0, &data);
	same = run_stands(data, bytes, &at, ifax_white_codes, white_px) &&
	       run_stands(data, bytes, &at, ifax_black_codes, black_px) &&
	       bytes == (at + 7) / 8;
	free(data);
	return same;
}

/* A single word: of a terminating run, or the make-up word in front of a terminating word */
static u32 word_of(const u32 *codes, u32 index, u32 *bits)
{
	u32 px = index < 64 ? index : (index - 63) * 64;

	*bits = (codes[px] & 31) - (px < 64 ? 0 : codes[0] & 31);
	return codes[px] >> 5 >> (px < 64 ? 0 : codes[0] & 31);
}

/* Each entry of the decoder's table is the one word that begins so, or none does */
static bool runs_match(const u16 *table, u32 table_bits, const u32 *codes)
{
	u32 value, bits, i;

	for (value = 0; value < 1U << table_bits; value++) {
		u16 expected = 0;

		for (i = 0; i < 104; i++) {
			u32 word = word_of(codes, i, &bits);

			if (value >> (table_bits - bits) == word)
				expected = (i < 64 ? i : (i - 63) * 64) << 4 | bits;
		}
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
	u32 i, k, bits, other_bits;

	for (i = 0; i < 104; i++) {
		u32 word = word_of(codes, i, &bits);

		for (k = 0; k < 104; k++) {
			u32 other = word_of(codes, k, &other_bits);

			if (i != k && bits <= other_bits && other >> (other_bits - bits) == word)
				return false;
		}
		if (!word || word >> bits)
			return false;
	}
	return true;
}

/* T.6 table 1, written as there */
static const struct {
	const char *word;
	u32 kind;
	int offset;
} modes[] = {
	{ "0001", MODE_PASS, 0 }, { "001", MODE_HORIZONTAL, 0 }, { "1", MODE_NONE, 0 },
	{ "011", MODE_NONE, 1 }, { "000011", MODE_NONE, 2 }, { "0000011", MODE_NONE, 3 },
	{ "010", MODE_NONE, -1 }, { "000010", MODE_NONE, -2 }, { "0000010", MODE_NONE, -3 },
};

#define MODES	(sizeof(modes) / sizeof(modes[0]))

/* Read an entry's own words one by one from the bits it is found by */
static bool mode_is_right(u32 value)
{
	u32 entry = ifax_modes[value], count = entry >> 4 & 15, kind = entry >> 8 & 15;
	u32 at = 0, i, n;

	for (n = 0; ; n++) {
		for (i = 0; i < MODES; i++) {
			u32 bits = strlen(modes[i].word);

			if (at + bits <= MODE_BITS &&
			    (value >> (MODE_BITS - at - bits) & ((1U << bits) - 1)) ==
			    strtoul(modes[i].word, NULL, 2))
				break;
		}
		if (i == MODES)		/* nothing more is complete */
			return n == count && at == (entry & 15) &&
			       kind == (n ? MODE_NONE : MODE_OTHER);
		if (modes[i].kind != MODE_NONE)
			return n == count && at + strlen(modes[i].word) == (entry & 15) &&
			       kind == modes[i].kind;
		if (n == 4)
			return n == count && at == (entry & 15) && kind == MODE_NONE;
		if ((int)(entry >> (16 + 4 * n) & 15) != modes[i].offset + 3)
			return false;
		at += strlen(modes[i].word);
	}
}

/* Two vertical words in one entry of the encoder's table; 7 is none */
static bool verticals_are_right(u32 value)
{
	u32 code = 0, bits = 0, i, n;

	for (n = 0; n < 2; n++) {
		int offset = (int)(value >> 3 * n & 7) - 3;

		for (i = 2; i < MODES && modes[i].offset != offset; i++)
			;
		if (i == MODES)
			continue;
		code = code << strlen(modes[i].word) | strtoul(modes[i].word, NULL, 2);
		bits += strlen(modes[i].word);
	}
	return ifax_verticals[value] == (code << 4 | bits);
}

int main(void)
{
	u32 px, value, wrong = 0;

	for (px = 1; px <= ONE_PAIR_PX; px++)
		wrong += !run_is_standard(px, false) + !run_is_standard(px, true);
	ok(!wrong && run_is_standard(0, false), "runs of 0 to %u pixels, white and black",
	   ONE_PAIR_PX);
	ok(prefix_free(ifax_white_codes), "white words are free of prefixes");
	ok(prefix_free(ifax_black_codes), "black words are free of prefixes");
	ok(runs_match(ifax_white_runs, WHITE_BITS, ifax_white_codes), "decoder's white words");
	ok(runs_match(ifax_black_runs, BLACK_BITS, ifax_black_codes), "decoder's black words");
	/* the black run of 0, which no line needs: T.4 table 2 */
	ok(ifax_black_codes[0] == (0x37 << 5 | 10), "black run of 0");
	for (value = wrong = 0; value < 1 << MODE_BITS; value++)
		wrong += !mode_is_right(value);
	ok(!wrong, "decoder's modes, up to five at once");
	for (value = wrong = 0; value < 64; value++)
		wrong += !verticals_are_right(value);
	ok(!wrong, "encoder's vertical modes, two at once");
	return done_testing();
}
