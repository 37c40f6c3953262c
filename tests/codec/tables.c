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

/* The encoder's words of a run that one make-up and one terminating word can say << 5 | bits */
static u32 run_words(bool black, u32 px)
{
	u32 make_up, end = black ? ifax_black_codes[px % 64] : 0;

	if (!black)
		return ifax_white_codes[px];
	if (px < 64)
		return end;
	make_up = ifax_black_codes[BLACK_MAKE_UP(px)];
	return (make_up >> 5 << (end & 31) | end >> 5) << 5 | ((make_up & 31) + (end & 31));
}

/* Do the encoder's words of a run stand at bit @*at? Go behind them */
static bool run_stands(const u8 *data, size_t bytes, u32 *at, bool black, u32 px)
{
	u32 words = run_words(black, px);
	bool same = bits_at(data, bytes, *at, words & 31) == words >> 5;

	*at += words & 31;
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
	same = run_stands(data, bytes, &at, false, white_px) &&
	       run_stands(data, bytes, &at, true, black_px) &&
	       bytes == (at + 7) / 8;
	free(data);
	return same;
}

/* A single word: of a terminating run, or the make-up word in front of a terminating word */
static u32 word_of(const u32 *codes, u32 index, u32 *bits)
{
	u32 px = index < 64 ? index : (index - 63) * 64;

	if (codes == ifax_black_codes) {
		*bits = codes[index] & 31;
		return codes[index] >> 5;
	}
	*bits = (codes[px] & 31) - (px < 64 ? 0 : codes[0] & 31);
	return codes[px] >> 5 >> (px < 64 ? 0 : codes[0] & 31);
}

static u32 run_px(u32 index)
{
	return index < 64 ? index : (index - 63) * 64;
}

/* The word that the first @bits of @value begin with, or 104 */
static u32 find_word(const u32 *codes, u32 value, u32 bits)
{
	u32 i, word_bits;

	for (i = 0; i < 104; i++) {
		u32 word = word_of(codes, i, &word_bits);

		if (word_bits <= bits && value >> (bits - word_bits) == word)
			break;
	}
	return i;
}

/* A whole run at the begin of @value; its bits, 0 if it is not complete */
static u32 find_run(const u32 *codes, u32 value, u32 bits, u32 *px)
{
	u32 i = find_word(codes, value, bits), used, more;

	if (i == 104)
		return 0;
	word_of(codes, i, &used);
	*px = run_px(i);
	if (i < 64)
		return used;
	i = find_word(codes, value & ((1U << (bits - used)) - 1), bits - used);
	if (i >= 64)
		return 0;
	word_of(codes, i, &more);
	*px += run_px(i);
	return used + more;
}

static u32 expected_runs(const u32 *codes, const u32 *next_codes, u32 value)
{
	u32 px = 0, next_px = 0, bits = find_run(codes, value, RUNS_BITS, &px), next = 0;
	u32 i = find_word(codes, value, RUNS_BITS);

	if (!bits && i < 104) {
		word_of(codes, i, &bits);
		return RUNS(bits, bits, 0, run_px(i), 0);
	}
	if (!bits || !px)
		return RUNS(0, bits, bits > 0, 0, 0);
	next = find_run(next_codes, value & ((1U << (RUNS_BITS - bits)) - 1), RUNS_BITS - bits,
			&next_px);
	if (!next || !next_px || next_px > RUNS_NEXT_PX_MAX)
		return RUNS(bits, bits, 1, px, 0);
	return RUNS(bits + next, bits, 2, px, next_px);
}

static bool runs_match(const u32 *table, const u32 *codes, const u32 *next_codes)
{
	u32 value;

	for (value = 0; value < 1U << RUNS_BITS; value++) {
		u32 expected = expected_runs(codes, next_codes, value);

		if (table[value] != expected) {
			diag("bits %x: 0x%x, expected 0x%x", value, table[value], expected);
			return false;
		}
	}
	return true;
}

/* The words that are too long for that table, and only these */
static bool long_words_match(const u16 *table, u32 table_bits, const u32 *codes)
{
	u32 value, i, bits, found, longer = 0;

	for (value = 0; value < 1U << (table_bits - 4); value++) {
		i = find_word(codes, value, table_bits);
		bits = 0;
		if (i < 104)
			word_of(codes, i, &bits);
		if (table[value] != (bits > RUNS_BITS ? run_px(i) << 4 | bits : 0))
			return false;
	}
	/* each of them has its place there */
	for (i = 0; i < 104; i++) {
		word_of(codes, i, &bits);
		longer += bits > RUNS_BITS ? 1U << (table_bits - bits) : 0;
	}
	for (value = found = 0; value < 1U << (table_bits - 4); value++)
		found += table[value] != 0;
	return found == longer;
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
	u32 kind;		/* 0: vertical */
	int offset;
} modes[] = {
	{ "0001", MODE_PASS, 0 }, { "001", MODE_HORIZONTAL, 0 }, { "1", 0, 0 },
	{ "011", 0, 1 }, { "000011", 0, 2 }, { "0000011", 0, 3 },
	{ "010", 0, -1 }, { "000010", 0, -2 }, { "0000010", 0, -3 },
};

#define MODES	(sizeof(modes) / sizeof(modes[0]))
#define KINDS	(MODE_PASS | MODE_HORIZONTAL | MODE_OTHER)

/* Read an entry's own words one by one from the bits it is found by */
static bool mode_is_right(u32 value)
{
	u64 entry = ifax_modes[value];
	u32 count = MODE_VERTICALS(entry), kind = entry & KINDS;
	u32 at = 0, i, n;

	for (n = 0; n < 4; n++) {
		for (i = 0; i < MODES; i++) {
			u32 bits = strlen(modes[i].word);

			if (at + bits <= MODE_BITS &&
			    (value >> (MODE_BITS - at - bits) & ((1U << bits) - 1)) ==
			    strtoul(modes[i].word, NULL, 2))
				break;
		}
		if (i == MODES)		/* nothing more is complete */
			return n == count && at == MODE_BITS_TAKEN(entry) &&
			       MODE_B_STEP(entry) == n && kind == (n ? 0 : MODE_OTHER);
		at += strlen(modes[i].word);
		if (!n && MODE_FIRST_BITS(entry) != (modes[i].kind ? 0 : at))
			return false;
		if (modes[i].kind)
			return n == count && at == MODE_BITS_TAKEN(entry) &&
			       MODE_B_STEP(entry) == n + (kind == MODE_PASS ? 2 : 0) &&
			       kind == modes[i].kind;
		if (MODE_OFFSET(entry, n) != modes[i].offset)
			return false;
	}
	return count == 4 && at == MODE_BITS_TAKEN(entry) && MODE_B_STEP(entry) == 4 && !kind;
}

/*
 * Do the vertical modes of an entry have a1 behind a0, and b[i] for b1 each, by
 * the definitions of T.6 2.2.1? So far behind each other are b[-1], b[0] ... b[3].
 */
static bool goes_in_step(u64 entry, const int *gaps)
{
	u32 count = MODE_VERTICALS(entry), i;
	int before = 0, b1 = gaps[0], a0 = 0, a1;

	for (i = 0; i < count; i++) {
		a1 = b1 + MODE_OFFSET(entry, i);
		if (b1 <= a0 || a1 <= a0 || before > a1)
			return false;
		a0 = a1;
		before = b1;
		if (i < 3)
			b1 += gaps[i + 1];
	}
	return count == 4 || b1 > a0;
}

/* The same from the entry alone, for all small gaps; larger ones are like 8 */
static bool gaps_are_right(u64 entry)
{
	u32 value, i;

	for (value = 0; value < 9 * 9 * 9 * 9; value++) {
		int gaps[4] = { value % 9, value / 9 % 9, value / 81 % 9, value / 729 };
		bool enough = true;

		for (i = 0; i < 4; i++)
			enough = enough && gaps[i] >= (int)(MODE_GAPS(entry) >> 16 * i & 7);
		if (enough != goes_in_step(entry, gaps))
			return false;
	}
	return true;
}

/* Four vertical words in one entry of the encoder's table; 7 is none */
static bool verticals_are_right(u32 value)
{
	u32 code = 0, bits = 0, i, n;

	for (n = 0; n < 4; n++) {
		int offset = (int)(value >> 3 * n & 7) - 3;

		for (i = 2; i < MODES && modes[i].offset != offset; i++)
			;
		if (i == MODES)
			continue;
		code = code << strlen(modes[i].word) | strtoul(modes[i].word, NULL, 2);
		bits += strlen(modes[i].word);
	}
	return ifax_verticals[value] == (code << 5 | bits);
}

/* The last four changes of eight pixels, from right to left, and the bytes of all */
static bool changes_are_right(u32 value)
{
	u32 x, count = 0;

	for (x = 8; x--;) {
		if (!(value >> (7 - x) & 1))
			continue;
		if (count < 4 && (ifax_change_lanes[value] >> (48 - 16 * count) & 0xffff) != x)
			return false;
		count++;
	}
	return ifax_change_bytes[value] == (count > 4 ? CHANGES_TOO_MANY : count * 2);
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
	ok(runs_match(ifax_runs, ifax_white_codes, ifax_black_codes),
	   "decoder's runs that begin white");
	ok(runs_match(ifax_runs + (1 << RUNS_BITS), ifax_black_codes, ifax_white_codes),
	   "decoder's runs that begin black");
	ok(long_words_match(ifax_white_long_words, WHITE_WORD_BITS, ifax_white_codes) &&
	   long_words_match(ifax_black_long_words, BLACK_WORD_BITS, ifax_black_codes),
	   "decoder's long words");
	/* the black run of 0, which no line needs: T.4 table 2 */
	ok(ifax_black_codes[0] == (0x37 << 5 | 10), "black run of 0");
	for (value = wrong = 0; value < 1 << MODE_BITS; value++)
		wrong += !mode_is_right(value);
	ok(!wrong, "decoder's modes, up to four at once");
	for (value = wrong = 0; value < 1 << MODE_BITS; value++)
		wrong += !gaps_are_right(ifax_modes[value]);
	ok(!wrong, "changes of the line above that decoder's modes go in step with");
	for (value = wrong = 0; value < 4096; value++)
		wrong += !verticals_are_right(value);
	ok(!wrong, "encoder's vertical modes, four at once");
	for (value = wrong = 0; value < 256; value++)
		wrong += !changes_are_right(value);
	ok(!wrong, "changes of eight pixels");
	return done_testing();
}
