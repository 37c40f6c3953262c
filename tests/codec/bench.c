// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the codec is, against the codecs of Debian's libraries: everything
 * in memory, one thread, all competitors in turn in each round, the median of
 * the rounds. Each result is checked.
 *
 *	bench FILE		measure, write FILE, print a table
 *	bench --once PAGE CODING DIRECTION IMPL
 *				one run inside of bench_counted(), for callgrind
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

#define ROUNDS	5
#define ROUND_NS	1500000.0
#define PAGES_MAX	32
#define IMPLS	2

static const struct {
	const char *name;
	u32 coding;
	u32 flags;
	u32 k;
} codings[] = {
	{ "MH", IFAX_CODING_MH, IFAX_FMT_EOL, 0 },
	{ "MR", IFAX_CODING_MR, IFAX_FMT_EOL, 4 },
	{ "MMR", IFAX_CODING_MMR, IFAX_FMT_END, 0 },
	{ "T85", IFAX_CODING_JBIG, 0, 128 },
};

static const char *const directions[] = { "enc", "dec" };

/* Ours, and the one that sets what is right */
static const struct bench_impl *impl_of(unsigned int coding, unsigned int i)
{
	if (!i)
		return &bench_ifax;
	return codings[coding].coding == IFAX_CODING_JBIG ? &bench_jbigkit : &bench_libtiff;
}

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct result {
	double ns;
	size_t bytes;
	bool right;
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* callgrind counts inside of this function */
size_t bench_counted(const struct bench_impl *impl, struct bench_run *run, bool decode);

__attribute__((noinline)) size_t bench_counted(const struct bench_impl *impl, struct bench_run *run,
					       bool decode)
{
	return decode ? impl->decode(run) : impl->encode(run);
}

static bool right(const struct bench_run *run, bool decode, size_t bytes)
{
	if (decode)
		return !memcmp(run->rows, run->page->rows, run->page->lines * run->page->stride);
	return bytes == run->coded_bytes && !memcmp(run->out, run->coded, bytes);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* All competitors, a round each in turn */
static void measure(struct bench_run *runs, unsigned int coding, bool decode,
		    struct result *results)
{
	double ns[IMPLS][ROUNDS];
	unsigned int i, round, k;

	for (i = 0; i < IMPLS; i++) {
		memset(runs[i].rows, 0xa5, runs[i].page->lines * runs[i].page->stride);
		results[i].bytes = bench_counted(impl_of(coding, i), &runs[i], decode);
		results[i].right = right(&runs[i], decode, results[i].bytes);
		if (decode)
			results[i].bytes = runs[i].coded_bytes;
	}
	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < IMPLS; i++) {
			double begin = now_ns(), end;

			k = 0;
			do {
				bench_counted(impl_of(coding, i), &runs[i], decode);
				k++;
				end = now_ns();
			} while (end - begin < ROUND_NS);
			ns[i][round] = (end - begin) / k;
		}
	}
	for (i = 0; i < IMPLS; i++) {
		qsort(ns[i], ROUNDS, sizeof(double), compare);
		results[i].ns = ns[i][ROUNDS / 2];
	}
}

static double memcpy_ns(const struct page *page, u8 *to)
{
	double ns[ROUNDS], begin, end;
	unsigned int round, k;

	for (round = 0; round < ROUNDS; round++) {
		begin = now_ns();
		k = 0;
		do {
			memcpy(to, page->rows, page->lines * page->stride);
			/* the copy is used, for all that the compiler knows */
			__asm__ volatile("" : : "r"(to) : "memory");
			k++;
			end = now_ns();
		} while (end - begin < ROUND_NS / 4);
		ns[round] = (end - begin) / k;
	}
	qsort(ns, ROUNDS, sizeof(double), compare);
	return ns[ROUNDS / 2];
}

static struct bench_run run_begin(const struct bench_impl *impl, const struct page *page,
				  unsigned int coding, const struct bench_run *reference)
{
	struct bench_run run = {
		.page = page,
		.fmt = {
			.coding = codings[coding].coding,
			.flags = codings[coding].flags,
			.width_px = page->width_px,
			.length_lines = page->lines,
			.k = codings[coding].k,
		},
	};

	run.room = (size_t)page->lines * ifax_encoder_line_bound(&run.fmt) + 4096;
	run.rows = malloc(page->lines * page->stride);
	run.out = malloc(run.room);
	if (!run.rows || !run.out)
		abort();
	run.coded = reference ? reference->coded : NULL;
	run.coded_bytes = reference ? reference->coded_bytes : 0;
	if (!reference) {
		/* what is decoded is the peer's work, and what our encoder has to equal */
		run.coded_bytes = impl_of(coding, 1)->reference(&run, &run.coded);
	}
	impl->begin(&run);
	return run;
}

static void run_end(const struct bench_impl *impl, struct bench_run *run)
{
	impl->end(run);
	free(run->rows);
	free(run->out);
}

struct sum {
	double ns[IMPLS];
};

static bool is_chart(const struct page *page)
{
	return !strncmp(page->name, "ccitt", 5);
}

static void report(FILE *file, const struct page *page, unsigned int coding, unsigned int direction,
		   const struct result *results, double copy_ns)
{
	double fastest = 0;
	unsigned int i;

	for (i = 1; i < IMPLS; i++)
		if (!fastest || results[i].ns < fastest)
			fastest = results[i].ns;
	for (i = 0; i < IMPLS; i++)
		fprintf(file, "%s\t%s\t%s\t%s\t%.0f\t-\t%zu\t%.2f\t%.2f\n", page->name,
			codings[coding].name, directions[direction], impl_of(coding, i)->name,
			results[i].ns,
			results[i].bytes, fastest / results[i].ns, results[i].ns / copy_ns);
	printf("%-16.16s %-4s %s %9.0f us %9.0f us %6.2f x%s\n", page->name, codings[coding].name,
	       directions[direction], results[0].ns / 1e3, fastest / 1e3, fastest / results[0].ns,
	       results[0].right ? "" : "  WRONG");
}

static bool bench_page(FILE *file, const struct page *page, struct sum sums[][2])
{
	struct result results[IMPLS];
	struct bench_run runs[IMPLS];
	unsigned int c, d, i;
	bool good = true;
	double copy_ns;

	for (c = 0; c < ARRAY_SIZE(codings); c++) {
		for (i = 0; i < IMPLS; i++)
			runs[i] = run_begin(impl_of(c, i), page, c, i ? &runs[0] : NULL);
		copy_ns = memcpy_ns(page, runs[0].rows);
		for (d = 0; d < 2; d++) {
			measure(runs, c, d, results);
			report(file, page, c, d, results, copy_ns);
			good = good && results[0].right;
			for (i = 0; i < IMPLS && is_chart(page); i++)
				sums[c][d].ns[i] += results[i].ns;
		}
		free((void *)runs[0].coded);
		for (i = 0; i < IMPLS; i++)
			run_end(impl_of(c, i), &runs[i]);
	}
	return good;
}

static void print_sums(struct sum sums[][2])
{
	unsigned int c, d, i;

	printf("\nSum of the charts, ms: ifax, peer\n");
	for (c = 0; c < ARRAY_SIZE(codings); c++) {
		for (d = 0; d < 2; d++) {
			printf("%-4s %s", codings[c].name, directions[d]);
			for (i = 0; i < IMPLS; i++)
				printf(" %10.2f", sums[c][d].ns[i] / 1e6);
			for (i = 1; i < IMPLS; i++)
				printf("   %5.2f x %s", sums[c][d].ns[i] / sums[c][d].ns[0],
				       impl_of(c, i)->name);
			printf("\n");
		}
	}
}

static unsigned int all_pages(struct page *pages)
{
	static const enum page_pattern made[] = {
		PAGE_BLANK, PAGE_TEXT, PAGE_DITHER, PAGE_CHECKER,
	};
	unsigned int count = 0;

	for (; count < ARRAY_SIZE(made); count++)
		pages[count] = page_pattern(made[count], 1728, 2376);
	return count + page_load_all("../shared/data", pages + count, PAGES_MAX - count);
}

static int once(const struct page *pages, unsigned int count, char **what)
{
	unsigned int p, c, i;

	for (p = 0; p < count && strncmp(pages[p].name, what[0], strlen(what[0])); p++)
		;
	for (c = 0; c < ARRAY_SIZE(codings) && strcmp(codings[c].name, what[1]); c++)
		;
	for (i = 0; i < IMPLS && c < ARRAY_SIZE(codings) && strcmp(impl_of(c, i)->name, what[3]); i++)
		;
	if (p == count || c == ARRAY_SIZE(codings) || i == IMPLS) {
		fprintf(stderr, "bench: there is no such page, coding or impl\n");
		return 1;
	}
	struct bench_run run = run_begin(impl_of(c, i), &pages[p], c, NULL);

	bench_counted(impl_of(c, i), &run, !strcmp(what[2], "dec"));
	return 0;
}

int main(int argc, char **argv)
{
	struct sum sums[ARRAY_SIZE(codings)][2] = { 0 };
	static struct page pages[PAGES_MAX];
	unsigned int count = all_pages(pages), p;
	bool good = true;
	FILE *file;

	if (argc == 6 && !strcmp(argv[1], "--once"))
		return once(pages, count, argv + 2);
	file = argc == 2 ? fopen(argv[1], "w") : NULL;
	if (!file) {
		fprintf(stderr, "usage: bench FILE\n");
		return 1;
	}
	fprintf(file, "page\tcoding\tdirection\timpl\tns\tinstr\tbytes\tx_peer\tx_memcpy\n");
	printf("%-16s %-8s %12s %12s\n", "page", "", "ifax", "fastest peer");
	for (p = 0; p < count; p++)
		good = bench_page(file, &pages[p], sums) && good;
	print_sums(sums);
	return fclose(file) || !good;
}
