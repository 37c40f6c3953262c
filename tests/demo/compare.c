// SPDX-License-Identifier: GPL-2.0
/*
 * compare FEEDER TRAY: is every sheet that went in the same as the one that
 * came out? Both are P4 pages, one after the other. Shares no code with what
 * is tested. Says for each fault which page, and the first pixel that differs.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sheet {
	unsigned int width_px;
	unsigned int lines;
	size_t stride;
	unsigned char *bits;
};

struct pile {
	const char *name;
	unsigned int count;
	struct sheet *sheet;
};

static void die(const struct pile *pile, const char *why)
{
	printf("%s: page %u: %s\n", pile->name, pile->count + 1, why);
	exit(2);
}

/* A decimal number of the header, with white space or a comment before it */
static unsigned int header_number(FILE *file, const struct pile *pile)
{
	unsigned int number = 0;
	int c = getc(file);

	while (isspace(c) || c == '#') {
		if (c == '#')
			while (c != '\n' && c != EOF)
				c = getc(file);
		c = getc(file);
	}
	if (!isdigit(c))
		die(pile, "no number in the header");
	for (; isdigit(c); c = getc(file)) {
		number = number * 10 + (c - '0');
		if (number > 65535)
			die(pile, "number in the header is too large");
	}
	if (!number || !isspace(c))
		die(pile, "wrong number in the header");
	return number;
}

static bool read_sheet(FILE *file, const struct pile *pile, struct sheet *sheet)
{
	int c = getc(file);

	if (c == EOF)
		return false;
	if (c != 'P' || getc(file) != '4')
		die(pile, "no P4 page");
	sheet->width_px = header_number(file, pile);
	sheet->lines = header_number(file, pile);
	sheet->stride = (sheet->width_px + 7) / 8;
	sheet->bits = malloc(sheet->stride * sheet->lines);
	if (!sheet->bits)
		die(pile, "no memory");
	if (fread(sheet->bits, sheet->stride, sheet->lines, file) != sheet->lines)
		die(pile, "the page is cut off");
	return true;
}

static struct pile read_pile(const char *name)
{
	struct pile pile = { .name = name };
	FILE *file = fopen(name, "rb");
	struct sheet sheet;

	if (!file) {
		printf("%s: %s\n", name, strerror(errno));
		exit(2);
	}
	while (read_sheet(file, &pile, &sheet)) {
		pile.sheet = realloc(pile.sheet, (pile.count + 1) * sizeof(sheet));
		if (!pile.sheet)
			die(&pile, "no memory");
		pile.sheet[pile.count++] = sheet;
	}
	fclose(file);
	return pile;
}

static bool black(const struct sheet *sheet, unsigned int x, unsigned int y)
{
	return sheet->bits[y * sheet->stride + x / 8] & (0x80 >> x % 8);
}

/* Compare pixel for pixel; the bits behind the last pixel of a line may be anything */
static unsigned long differences(const struct sheet *a, const struct sheet *b,
				 unsigned int *first_x, unsigned int *first_y)
{
	unsigned long count = 0;
	unsigned int x, y;

	for (y = 0; y < a->lines; y++)
		for (x = 0; x < a->width_px; x++) {
			if (black(a, x, y) == black(b, x, y))
				continue;
			if (!count++) {
				*first_x = x;
				*first_y = y;
			}
		}
	return count;
}

static bool same(const struct sheet *a, const struct sheet *b)
{
	unsigned int x, y;

	return a->width_px == b->width_px && a->lines == b->lines && !differences(a, b, &x, &y);
}

/* The page of @pile that is the same as @sheet, from 1; 0 if there is none */
static unsigned int find(const struct pile *pile, const struct sheet *sheet)
{
	unsigned int i;

	for (i = 0; i < pile->count; i++)
		if (same(&pile->sheet[i], sheet))
			return i + 1;
	return 0;
}

static void explain(unsigned int page, const struct pile *feeder, const struct sheet *tray)
{
	const struct sheet *sheet = &feeder->sheet[page - 1];
	unsigned int other = find(feeder, tray), x, y;
	unsigned long count;

	if (other) {
		printf("page %u: the tray has page %u here\n", page, other);
	} else if (sheet->width_px != tray->width_px || sheet->lines != tray->lines) {
		printf("page %u: %u x %u in the feeder, %u x %u in the tray\n", page,
		       sheet->width_px, sheet->lines, tray->width_px, tray->lines);
	} else {
		count = differences(sheet, tray, &x, &y);
		printf("page %u: %lu pixels differ, first column %u of line %u, %s in the feeder\n",
		       page, count, x + 1, y + 1, black(sheet, x, y) ? "black" : "white");
	}
}

int main(int argc, char **argv)
{
	struct pile feeder, tray;
	unsigned int i, faults = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: compare FEEDER TRAY\n");
		return 2;
	}
	feeder = read_pile(argv[1]);
	tray = read_pile(argv[2]);
	for (i = 0; i < feeder.count && i < tray.count; i++) {
		if (same(&feeder.sheet[i], &tray.sheet[i]))
			continue;
		explain(i + 1, &feeder, &tray.sheet[i]);
		faults++;
	}
	if (feeder.count != tray.count || !feeder.count) {
		printf("%u pages in the feeder, %u in the tray\n", feeder.count, tray.count);
		faults++;
	}
	return faults ? 1 : 0;
}
