// SPDX-License-Identifier: GPL-2.0
/* What grey costs: nanoseconds a pixel, and how that compares with memcpy(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/ifax/grey.h>
#include "page.h"

#define WIDTH_PX	1728
#define LINES		300
#define ROUNDS		15

static u8 grey[LINES * WIDTH_PX], copy[LINES * WIDTH_PX];

static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static void convert(u32 mode)
{
	struct ifax_grey_format fmt = { mode, WIDTH_PX, 128 };
	static u64 mem[WIDTH_PX];

	ifax_grey_lines(ifax_grey_init(mem, &fmt), grey, WIDTH_PX, LINES, copy, WIDTH_PX / 8);
}

static void shade(void)
{
	static u64 mem[WIDTH_PX];
	struct ifax_reference white = { grey, WIDTH_PX, LINES };
	static const struct ifax_shading *shading;
	u32 y;

	if (!shading)
		shading = ifax_shading_init(mem, WIDTH_PX, NULL, &white, NULL);
	for (y = 0; y < LINES; y++)
		ifax_shading_line(shading, grey + y * WIDTH_PX, copy + y * WIDTH_PX);
}

/* The fastest of all rounds, for a pixel */
static double measure(int what)
{
	double best_ns = 1e18;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		double begin_ns = now_ns(), ns;

		if (what < 4)
			convert(what);
		else if (what == 4)
			shade();
		else
			memcpy(copy, grey, sizeof(copy));
		/* the copy is wanted, whatever the compiler thinks */
		__asm__ volatile("" : : "r"(copy) : "memory");
		ns = now_ns() - begin_ns;
		best_ns = ns < best_ns ? ns : best_ns;
	}
	return best_ns / (LINES * WIDTH_PX);
}

int main(void)
{
	static const char *const names[] = {
		"threshold", "adaptive threshold", "ordered dither", "error diffusion", "shading",
		"memcpy",
	};
	double copy_ns = measure(5);
	u32 i;

	for (i = 0; i < sizeof(grey); i++)
		grey[i] = (i % WIDTH_PX * 255 / WIDTH_PX + page_random(64)) & 255;
	printf("%-20s %10s %10s %10s\n", "", "ns/pixel", "GB/s", "x memcpy");
	for (i = 0; i < 6; i++) {
		double ns = measure(i);

		printf("%-20s %10.3f %10.2f %10.1f\n", names[i], ns, 1 / ns, ns / copy_ns);
	}
	return 0;
}
