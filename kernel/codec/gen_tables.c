// SPDX-License-Identifier: GPL-2.0
/*
 * Writes tables.c: the code words of T.4 and T.6, and the states of T.82, in the
 * forms that encoder and decoder look them up. They stand here once, as the
 * standards print them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* T.4 tables 2 and 3a: run lengths 0 to 63, then 64, 128, ... 1728 */
static const char *const white_words[] = {
	"00110101", "000111", "0111", "1000", "1011", "1100", "1110", "1111",
	"10011", "10100", "00111", "01000", "001000", "000011", "110100", "110101",
	"101010", "101011", "0100111", "0001100", "0001000", "0010111", "0000011", "0000100",
	"0101000", "0101011", "0010011", "0100100", "0011000", "00000010", "00000011", "00011010",
	"00011011", "00010010", "00010011", "00010100", "00010101", "00010110", "00010111",
	"00101000", "00101001", "00101010", "00101011", "00101100", "00101101", "00000100",
	"00000101", "00001010", "00001011", "01010010", "01010011", "01010100", "01010101",
	"00100100", "00100101", "01011000", "01011001", "01011010", "01011011", "01001010",
	"01001011", "00110010", "00110011", "00110100",
	"11011", "10010", "010111", "0110111", "00110110", "00110111", "01100100", "01100101",
	"01101000", "01100111", "011001100", "011001101", "011010010", "011010011", "011010100",
	"011010101", "011010110", "011010111", "011011000", "011011001", "011011010", "011011011",
	"010011000", "010011001", "010011010", "011000", "010011011",
};

static const char *const black_words[] = {
	"0000110111", "010", "11", "10", "011", "0011", "0010", "00011",
	"000101", "000100", "0000100", "0000101", "0000111", "00000100", "00000111", "000011000",
	"0000010111", "0000011000", "0000001000", "00001100111", "00001101000", "00001101100",
	"00000110111", "00000101000", "00000010111", "00000011000", "000011001010", "000011001011",
	"000011001100", "000011001101", "000001101000", "000001101001", "000001101010",
	"000001101011", "000011010010", "000011010011", "000011010100", "000011010101",
	"000011010110", "000011010111", "000001101100", "000001101101", "000011011010",
	"000011011011", "000001010100", "000001010101", "000001010110", "000001010111",
	"000001100100", "000001100101", "000001010010", "000001010011", "000000100100",
	"000000110111", "000000111000", "000000100111", "000000101000", "000001011000",
	"000001011001", "000000101011", "000000101100", "000001011010", "000001100110",
	"000001100111",
	"0000001111", "000011001000", "000011001001", "000001011011", "000000110011",
	"000000110100", "000000110101", "0000001101100", "0000001101101", "0000001001010",
	"0000001001011", "0000001001100", "0000001001101", "0000001110010", "0000001110011",
	"0000001110100", "0000001110101", "0000001110110", "0000001110111", "0000001010010",
	"0000001010011", "0000001010100", "0000001010101", "0000001011010", "0000001011011",
	"0000001100100", "0000001100101",
};

/* T.4 table 3b: 1792, 1856, ... 2560, both colours */
static const char *const long_words[] = {
	"00000001000", "00000001100", "00000001101", "000000010010", "000000010011",
	"000000010100", "000000010101", "000000010110", "000000010111", "000000011100",
	"000000011101", "000000011110", "000000011111",
};

/* T.4 table 4, T.6 table 1 */
static const struct {
	const char *word;
	const char *kind;	/* NULL: vertical */
	int offset;
} modes[] = {
	{ "1", NULL, 0 },
	{ "011", NULL, 1 }, { "000011", NULL, 2 }, { "0000011", NULL, 3 },
	{ "010", NULL, -1 }, { "000010", NULL, -2 }, { "0000010", NULL, -3 },
	{ "0001", "MODE_PASS", 0 }, { "001", "MODE_HORIZONTAL", 0 },
};

/* T.82 table 24: Qe, next state after the less and the more probable symbol, exchange */
static const struct {
	unsigned int qe;
	unsigned int after_lps;
	unsigned int after_mps;
	unsigned int exchange;
} qm_states[] = {
	{ 0x5a1d, 1, 1, 1 }, { 0x2586, 14, 2, 0 }, { 0x1114, 16, 3, 0 }, { 0x080b, 18, 4, 0 },
	{ 0x03d8, 20, 5, 0 }, { 0x01da, 23, 6, 0 }, { 0x00e5, 25, 7, 0 }, { 0x006f, 28, 8, 0 },
	{ 0x0036, 30, 9, 0 }, { 0x001a, 33, 10, 0 }, { 0x000d, 35, 11, 0 }, { 0x0006, 9, 12, 0 },
	{ 0x0003, 10, 13, 0 }, { 0x0001, 12, 13, 0 }, { 0x5a7f, 15, 15, 1 }, { 0x3f25, 36, 16, 0 },
	{ 0x2cf2, 38, 17, 0 }, { 0x207c, 39, 18, 0 }, { 0x17b9, 40, 19, 0 }, { 0x1182, 42, 20, 0 },
	{ 0x0cef, 43, 21, 0 }, { 0x09a1, 45, 22, 0 }, { 0x072f, 46, 23, 0 }, { 0x055c, 48, 24, 0 },
	{ 0x0406, 49, 25, 0 }, { 0x0303, 51, 26, 0 }, { 0x0240, 52, 27, 0 }, { 0x01b1, 54, 28, 0 },
	{ 0x0144, 56, 29, 0 }, { 0x00f5, 57, 30, 0 }, { 0x00b7, 59, 31, 0 }, { 0x008a, 60, 32, 0 },
	{ 0x0068, 62, 33, 0 }, { 0x004e, 63, 34, 0 }, { 0x003b, 32, 35, 0 }, { 0x002c, 33, 9, 0 },
	{ 0x5ae1, 37, 37, 1 }, { 0x484c, 64, 38, 0 }, { 0x3a0d, 65, 39, 0 }, { 0x2ef1, 67, 40, 0 },
	{ 0x261f, 68, 41, 0 }, { 0x1f33, 69, 42, 0 }, { 0x19a8, 70, 43, 0 }, { 0x1518, 72, 44, 0 },
	{ 0x1177, 73, 45, 0 }, { 0x0e74, 74, 46, 0 }, { 0x0bfb, 75, 47, 0 }, { 0x09f8, 77, 48, 0 },
	{ 0x0861, 78, 49, 0 }, { 0x0706, 79, 50, 0 }, { 0x05cd, 48, 51, 0 }, { 0x04de, 50, 52, 0 },
	{ 0x040f, 50, 53, 0 }, { 0x0363, 51, 54, 0 }, { 0x02d4, 52, 55, 0 }, { 0x025c, 53, 56, 0 },
	{ 0x01f8, 54, 57, 0 }, { 0x01a4, 55, 58, 0 }, { 0x0160, 56, 59, 0 }, { 0x0125, 57, 60, 0 },
	{ 0x00f6, 58, 61, 0 }, { 0x00cb, 59, 62, 0 }, { 0x00ab, 61, 63, 0 }, { 0x008f, 61, 32, 0 },
	{ 0x5b12, 65, 65, 1 }, { 0x4d04, 80, 66, 0 }, { 0x412c, 81, 67, 0 }, { 0x37d8, 82, 68, 0 },
	{ 0x2fe8, 83, 69, 0 }, { 0x293c, 84, 70, 0 }, { 0x2379, 86, 71, 0 }, { 0x1edf, 87, 72, 0 },
	{ 0x1aa9, 87, 73, 0 }, { 0x174e, 72, 74, 0 }, { 0x1424, 72, 75, 0 }, { 0x119c, 74, 76, 0 },
	{ 0x0f6b, 74, 77, 0 }, { 0x0d51, 75, 78, 0 }, { 0x0bb6, 77, 79, 0 }, { 0x0a40, 77, 48, 0 },
	{ 0x5832, 80, 81, 1 }, { 0x4d1c, 88, 82, 0 }, { 0x438e, 89, 83, 0 }, { 0x3bdd, 90, 84, 0 },
	{ 0x34ee, 91, 85, 0 }, { 0x2eae, 92, 86, 0 }, { 0x299a, 93, 87, 0 }, { 0x2516, 86, 71, 0 },
	{ 0x5570, 88, 89, 1 }, { 0x4ca9, 95, 90, 0 }, { 0x44d9, 96, 91, 0 }, { 0x3e22, 97, 92, 0 },
	{ 0x3824, 99, 93, 0 }, { 0x32b4, 99, 94, 0 }, { 0x2e17, 93, 86, 0 }, { 0x56a8, 95, 96, 1 },
	{ 0x4f46, 101, 97, 0 }, { 0x47e5, 102, 98, 0 }, { 0x41cf, 103, 99, 0 },
	{ 0x3c3d, 104, 100, 0 }, { 0x375e, 99, 93, 0 }, { 0x5231, 105, 102, 0 },
	{ 0x4c0f, 106, 103, 0 }, { 0x4639, 107, 104, 0 }, { 0x415e, 103, 99, 0 },
	{ 0x5627, 105, 106, 1 }, { 0x50e7, 108, 107, 0 }, { 0x4b85, 109, 103, 0 },
	{ 0x5597, 110, 109, 0 }, { 0x504f, 111, 107, 0 }, { 0x5a10, 110, 111, 1 },
	{ 0x5522, 112, 109, 0 }, { 0x59eb, 112, 111, 1 },
};

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define TERMINATING	64
#define ONE_PAIR_PX	2623	/* the longest run of two words */
#define RUN_WORDS	(TERMINATING + 40)		/* make-up: 64 to 2560 */

static const char *run_word(int black, unsigned int i)
{
	if (i >= ARRAY_SIZE(white_words))
		return long_words[i - ARRAY_SIZE(white_words)];
	return black ? black_words[i] : white_words[i];
}

static unsigned int run_px(unsigned int i)
{
	return i < TERMINATING ? i : (i - TERMINATING + 1) * 64;
}

static unsigned int value(const char *word)
{
	return strtoul(word, NULL, 2);
}

static void print_words(unsigned int i, const char *words)
{
	printf("%s0x%x,", i % 8 ? " " : "\n\t", value(words) << 5 | (int)strlen(words));
}

/* One entry a run length: its make-up and terminating words << 5 | bits in them */
static void white_table(void)
{
	unsigned int px;

	printf("const u32 ifax_white_codes[%u] = {", ONE_PAIR_PX + 1);
	for (px = 0; px <= ONE_PAIR_PX; px++) {
		const char *make_up = px < 64 ? "" : run_word(0, TERMINATING - 1 + px / 64);
		char words[32];

		snprintf(words, sizeof(words), "%s%s", make_up, run_word(0, px % 64));
		print_words(px, words);
	}
	printf("\n};\n\n");
}

/* One entry a word */
static void black_table(void)
{
	unsigned int i;

	printf("const u32 ifax_black_codes[%u] = {", RUN_WORDS);
	for (i = 0; i < RUN_WORDS; i++)
		print_words(i, run_word(1, i));
	printf("\n};\n\n");
}

/* The code word that @text begins with; -1: none is complete */
static int run_of(int black, const char *text)
{
	unsigned int i;

	for (i = 0; i < RUN_WORDS; i++)
		if (!strncmp(run_word(black, i), text, strlen(run_word(black, i))))
			return i;
	return -1;
}

/* Bits of the run that @text begins with: one word, or a make-up and a terminating word */
static unsigned int run_bits(int black, const char *text, unsigned int *px, int *complete)
{
	int word = run_of(black, text), second = -1;
	unsigned int bits;

	if (word < 0)
		return 0;
	bits = strlen(run_word(black, word));
	*px = run_px(word);
	*complete = word < TERMINATING;
	if (!*complete)
		second = run_of(black, text + bits);
	if (second >= 0 && second < TERMINATING) {
		bits += strlen(run_word(black, second));
		*px += run_px(second);
		*complete = 1;
	}
	return bits;
}

static void runs_entry(int black, const char *text)
{
	unsigned int px = 0, next_px = 0, bits, next_bits;
	int complete = 0, next_complete = 0;

	bits = run_bits(black, text, &px, &complete);
	next_bits = complete ? run_bits(!black, text + bits, &next_px, &next_complete) : 0;
	if (!px) {
		/* nothing, or a run of 0, which is not to be taken along */
		printf("RUNS(0, %u, %u, 0, 0),", bits, complete);
		return;
	}
	if (!next_complete || !next_px || next_px > 127) {
		next_bits = 0;
		next_px = 0;
		next_complete = 0;
	}
	printf("RUNS(%u, %u, %u, %u, %u),", bits + next_bits, bits, complete + next_complete, px,
	       next_px);
}

static void text_of(char *text, unsigned int value, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		text[i] = value >> (bits - 1 - i) & 1 ? '1' : '0';
	text[bits] = 0;
}

/* What the next @bits bits say, in a run of this colour */
static void decode_table(int black, unsigned int bits)
{
	char text[32];
	unsigned int i;

	for (i = 0; i < 1U << bits; i++) {
		text_of(text, i, bits);
		printf("%s", i % 4 ? " " : "\n\t");
		runs_entry(black, text);
	}
}

/* The words of more than @short_bits bits, all of which begin with four zeros */
static void long_table(int black, unsigned int short_bits, unsigned int bits)
{
	char text[32];
	unsigned int i;

	printf("const u16 ifax_%s_long_words[1 << %u] = {", black ? "black" : "white", bits - 4);
	for (i = 0; i < 1U << (bits - 4); i++) {
		unsigned int len = 0;
		int word;

		text_of(text, i, bits);
		word = run_of(black, text);
		if (word >= 0)
			len = strlen(run_word(black, word));
		printf("%s0x%x,", i % 8 ? " " : "\n\t",
		       len > short_bits ? run_px(word) << 4 | len : 0);
	}
	printf("\n};\n\n");
}

/* The mode word that @text begins with; -1: none */
static int mode_of(const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strncmp(modes[i].word, text, strlen(modes[i].word)))
			return i;
	return -1;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

/*
 * How far b[i] must at least be behind b[i - 1]: a1 is not before the b1 before
 * (for the first one: behind it, whatever a0 is), it is behind a0, and b[i] is
 * behind a0, too. @offsets are 0 from @verticals on, where only the last counts.
 */
static int least_gap(const int *offsets, unsigned int i, unsigned int verticals)
{
	int gap = 0;

	if (!i)
		return 1 + max(0, -offsets[0]);
	if (i <= verticals)
		gap = max(gap, offsets[i - 1] + 1);
	if (i < verticals)
		gap = max(gap, max(-offsets[i], offsets[i - 1] - offsets[i] + 1));
	return gap;
}

/* Up to four vertical modes, or up to three and one other, of those that are complete in @text */
static void mode_entry(const char *text)
{
	unsigned int verticals = 0, bits = 0, first_bits = 0, steps, i;
	const char *kind = NULL;
	int offsets[4] = { 0 };
	int mode;

	for (mode = mode_of(text); mode >= 0 && verticals < 4; mode = mode_of(text + bits)) {
		bits += strlen(modes[mode].word);
		kind = modes[mode].kind;
		if (kind)
			break;
		if (!verticals)
			first_bits = bits;
		offsets[verticals++] = modes[mode].offset;
	}
	if (!bits)
		kind = "MODE_OTHER";
	steps = kind && !strcmp(kind, "MODE_PASS") ? verticals + 2 : verticals;
	printf("%s | %uULL << 60 | %uULL << 44 | %uULL << 28 | %u << 22", kind ? kind : "0", bits,
	       steps, verticals, first_bits);
	for (i = 0; i < 4; i++)
		printf(" | %uULL << %u", (offsets[i] + 3) | least_gap(offsets, i, verticals) << 3,
		       i * 16);
	printf(",");
}

/* What the next @bits bits say */
static void mode_table(unsigned int bits)
{
	char text[32];
	unsigned int i;

	printf("const u64 ifax_modes[1 << %u] = {", bits);
	for (i = 0; i < 1U << bits; i++) {
		text_of(text, i, bits);
		printf("\n\t");
		mode_entry(text);
	}
	printf("\n};\n\n");
}

static const char *vertical_word(unsigned int offset_3)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++)
		if (!modes[i].kind && modes[i].offset + 3 == (int)offset_3)
			return modes[i].word;
	return "";
}

/* Four vertical modes at once: words << 5 | bits; 7 instead of offset + 3: none */
static void vertical_table(void)
{
	unsigned int i;

	printf("const u32 ifax_verticals[4096] = {");
	for (i = 0; i < 4096; i++) {
		char words[32];

		snprintf(words, sizeof(words), "%s%s%s%s", vertical_word(i & 7),
			 vertical_word(i >> 3 & 7), vertical_word(i >> 6 & 7),
			 vertical_word(i >> 9));
		print_words(i, words);
	}
	printf("\n};\n");
}

static void change_tables(void)
{
	unsigned int i, x, count;

	printf("\nconst u64 ifax_change_lanes[256] = {");
	for (i = 0; i < 256; i++) {
		unsigned long long lanes = 0;

		for (count = 0, x = 8; x--;)
			if (i << x & 0x80 && count < 4)
				lanes |= (unsigned long long)x << (48 - 16 * count++);
		printf("%s0x%llx,", i % 4 ? " " : "\n\t", lanes);
	}
	printf("\n};\n\nconst u8 ifax_change_bytes[256] = {");
	for (i = 0; i < 256; i++) {
		for (count = x = 0; x < 8; x++)
			count += i >> x & 1;
		if (count > 4)
			printf("%sCHANGES_TOO_MANY,", i % 8 ? " " : "\n\t");
		else
			printf("%s%u,", i % 8 ? " " : "\n\t", count * 2);
	}
	printf("\n};\n");
}

/* State and more probable symbol are one number: state << 1 | symbol */
static void qm_word(unsigned int number)
{
	printf("QM_STATE(%u, %u, 0x%x)", number & 1, number, qm_states[number / 2].qe);
}

static void qm_tables(void)
{
	unsigned int i;

	printf("\nconst u32 ifax_qm_first = ");
	qm_word(0);
	printf(";\n\nconst u32 ifax_qm_next[2 * QM_STATES] = {\n");
	for (i = 0; i < ARRAY_SIZE(qm_states) * 2; i++) {
		printf("\t");
		qm_word(qm_states[i / 2].after_mps << 1 | (i & 1));
		printf(", ");
		qm_word(qm_states[i / 2].after_lps << 1 | ((i & 1) ^ qm_states[i / 2].exchange));
		printf(",\n");
	}
	printf("};\n\nconst struct qm_step ifax_qm_steps[QM_STATES] = {\n");
	for (i = 0; i < ARRAY_SIZE(qm_states); i++)
		printf("\t{ 0x%x, %u }, { 0x%x | QM_LESS_PROBABLE, %u },\n", qm_states[i].qe,
		       qm_states[i].after_mps << 1, qm_states[i].qe,
		       qm_states[i].after_lps << 1 | qm_states[i].exchange);
	printf("};\n");
}

/*
 * By @bits pixels of a line: which of them are in the context of each of four
 * pixels: @own of them, at bit @at. Of the line itself, the pixel is the last one
 * and goes to the top.
 */
static void context_table(const char *name, unsigned int bits, unsigned int own, unsigned int at,
			  int with_pixel)
{
	unsigned int value, pixel, window;
	unsigned long long lanes;

	printf("\nconst u64 ifax_jbig_%s[1 << %u] = {", name, bits);
	for (value = 0; value < 1U << bits; value++) {
		lanes = 0;
		for (pixel = 0; pixel < 4; pixel++) {
			window = value >> (bits - own - with_pixel - pixel);
			if (with_pixel && window & 1)
				lanes |= 0x8000ULL << 16 * pixel;
			window = window >> with_pixel & ((1U << own) - 1);
			lanes |= (unsigned long long)window << (16 * pixel + at);
		}
		printf("%s0x%llxULL,", value % 4 ? " " : "\n\t", lanes);
	}
	printf("\n};\n");
}

int main(void)
{
	printf("/* made by gen_tables.c */\n#include \"tables.h\"\n\n");
	white_table();
	black_table();
	printf("const u32 ifax_runs[2 << 11] = {");
	decode_table(0, 11);
	decode_table(1, 11);
	printf("\n};\n\n");
	long_table(0, 11, 12);
	long_table(1, 11, 13);
	mode_table(10);
	vertical_table();
	change_tables();
	qm_tables();
	context_table("above2", 6, 3, 7, 0);
	context_table("above", 8, 5, 2, 0);
	context_table("line", 6, 2, 0, 1);
	return fflush(stdout) || ferror(stdout);
}
