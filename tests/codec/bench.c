// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the codec is, against the codecs of Debian's libraries: everything in
 * memory, one thread, all competitors in turn in each round, the median of the
 * rounds. Each round's result is checked.
 *
 *	bench measure FILE	measure, write FILE, print tables
 *	bench count FILE	under callgrind: one run of each, its instructions dumped
 *				with a name of page|coding|direction|impl
 *
 * PAGES and CODINGS in the environment: words, of which one has to be in the name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

#include "bench.h"
#include "peer_tiff.h"

#define ROUNDS	5
#define ROUND_NS	1500000.0
#define PAGES_MAX	32
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum { ENCODE, DECODE, DIRECTIONS };

static const char *const directions[DIRECTIONS] = { "enc", "dec" };

/* Ratios to reach on the sum of the charts: to libtiff or jbigkit, and to the fastest peer known */
static const struct coding {
	const char *name;
	u32 coding;
	u32 flags;
	u32 k;
	double goal[DIRECTIONS];
	double goal_fastest[DIRECTIONS];
} codings[] = {
	{ "MH", IFAX_CODING_MH, IFAX_FMT_EOL, 0, { 5.6, 4.2 }, { 3.4, 3.8 } },
	{ "MR", IFAX_CODING_MR, IFAX_FMT_EOL, 4, { 7.0, 4.9 }, { 2.9, 3.6 } },
	{ "MMR", IFAX_CODING_MMR, IFAX_FMT_END, 0, { 8.0, 5.8 }, { 3.1, 3.7 } },
	{ "T85", IFAX_CODING_JBIG, 0, 128, { 5.0, 4.4 }, { 5.0, 4.4 } },
};

static const struct bench_impl *const impls[] = {
	&bench_ifax, &bench_libtiff, &bench_jbigkit, &bench_spandsp, &bench_ffmpeg,
};

#define IMPLS	ARRAY_SIZE(impls)

struct result {
	double ns;		/* 0: not measured */
	size_t bytes;
	bool wrong;
};

/* Of the charts, in ns; and one page of which a peer was wrong spoils the peer's sum */
static struct sum {
	double ns[IMPLS];
	unsigned int pages[IMPLS];
} sums[ARRAY_SIZE(codings)][DIRECTIONS];

static bool counting;
static FILE *table;

static const struct bench_impl *reference(const struct coding *coding)
{
	return coding->coding == IFAX_CODING_JBIG ? &bench_jbigkit : &bench_libtiff;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* callgrind counts inside of this function */
void bench_counted(const struct bench_impl *impl, struct bench_run *run, int direction)
	__attribute__((__noinline__));

void bench_counted(const struct bench_impl *impl, struct bench_run *run, int direction)
{
	if (direction == DECODE)
		impl->decode(run);
	else
		impl->encode(run);
}

static bool can(const struct bench_impl *impl, const struct coding *coding, int direction)
{
	return impl->can(coding->coding) && (direction == DECODE ? impl->decode : impl->encode);
}

/* Peers may add an end code or leave one out: what counts is the page */
static bool decodes(const struct bench_impl *impl, const struct bench_run *run)
{
	struct ifax_codec_format fmt = run->fmt;
	struct bench_run again = *run;

	fmt.flags = impl->flags;
	again.fmt = fmt;
	again.coded = run->out;
	again.coded_bytes = run->out_bytes;
	memset(again.rows, 0xa5, run->page->lines * run->page->stride);
	bench_ifax.begin(&again);
	bench_ifax.decode(&again);
	bench_ifax.end(&again);
	return !memcmp(again.rows, run->page->rows, run->page->lines * run->page->stride);
}

static bool right(const struct bench_impl *impl, struct bench_run *run, int direction)
{
	if (impl->fetch)
		impl->fetch(run, direction == DECODE);
	if (direction == DECODE)
		return !memcmp(run->rows, run->page->rows, run->page->lines * run->page->stride);
	if (impl == &bench_ifax)
		return run->out_bytes == run->coded_bytes &&
		       !memcmp(run->out, run->coded, run->coded_bytes);
	return decodes(impl, run);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double ns[ROUNDS])
{
	qsort(ns, ROUNDS, sizeof(*ns), compare);
	return ns[ROUNDS / 2];
}

static double one_round(const struct bench_impl *impl, struct bench_run *run, int direction,
			bool *wrong)
{
	double begin, end;
	unsigned int k = 0;

	memset(run->rows, 0xa5, run->page->lines * run->page->stride);
	begin = now_ns();
	do {
		bench_counted(impl, run, direction);
		k++;
		end = now_ns();
	} while (end - begin < ROUND_NS && !counting);
	*wrong = !right(impl, run, direction) || *wrong;
	return (end - begin) / k;
}

/* All competitors, a round each in turn */
static void measure(struct bench_run *runs, const struct coding *coding, int direction,
		    struct result *results)
{
	double ns[IMPLS][ROUNDS];
	unsigned int i, round;

	memset(results, 0, IMPLS * sizeof(*results));
	/* the first round warms up */
	for (round = 0; round <= ROUNDS; round++)
		for (i = 0; i < IMPLS; i++)
			if (can(impls[i], coding, direction))
				ns[i][round % ROUNDS] = one_round(impls[i], &runs[i], direction,
								  &results[i].wrong);
	for (i = 0; i < IMPLS; i++) {
		if (!can(impls[i], coding, direction))
			continue;
		results[i].ns = median(ns[i]);
		results[i].bytes = direction == DECODE ? runs[i].coded_bytes : runs[i].out_bytes;
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
	return median(ns);
}

/* The instructions of one run, in a dump of callgrind's; the first run fills its tables */
static void count(struct bench_run *run, const struct bench_impl *impl, const char *name)
{
	bool wrong = false;
	int direction = strstr(name, "|dec|") ? DECODE : ENCODE;

	one_round(impl, run, direction, &wrong);
	CALLGRIND_ZERO_STATS;
	one_round(impl, run, direction, &wrong);
	CALLGRIND_DUMP_STATS_AT(name);
}

static double fastest_peer(const struct result *results)
{
	double fastest = 0;
	unsigned int i;

	for (i = 1; i < IMPLS; i++)
		if (results[i].ns && !results[i].wrong && (!fastest || results[i].ns < fastest))
			fastest = results[i].ns;
	return fastest;
}

static void report(const struct page *page, unsigned int c, int direction,
		   const struct result *results, double copy_ns)
{
	bool chart = !strncmp(page->name, "ccitt", 5);
	double fastest = fastest_peer(results);
	unsigned int i;

	printf("%-12.12s %-4s%s", page->name, codings[c].name, directions[direction]);
	for (i = 0; i < IMPLS; i++) {
		if (!results[i].ns) {
			printf(" %9s", "-");
			continue;
		}
		fprintf(table, "%s\t%s\t%s\t%s\t%.0f\t-\t%zu\t%.2f\t%.2f\n", page->name,
			codings[c].name, directions[direction], impls[i]->name, results[i].ns,
			results[i].bytes, fastest / results[i].ns, results[i].ns / copy_ns);
		printf(" %8.0f%c", results[i].ns / 1e3, results[i].wrong ? '!' : ' ');
		if (chart && !results[i].wrong) {
			sums[c][direction].ns[i] += results[i].ns;
			sums[c][direction].pages[i]++;
		}
	}
	printf(" %6.2f%s\n", fastest / results[0].ns,
	       fastest < results[0].ns ? "  slower" : "");
}

static void runs_begin(struct bench_run *runs, const struct page *page,
		       const struct coding *coding)
{
	struct bench_run run = {
		.page = page,
		.fmt = {
			.coding = coding->coding, .flags = coding->flags, .k = coding->k,
			.width_px = page->width_px, .length_lines = page->lines,
		},
	};
	u8 *coded;
	unsigned int i;

	run.room = (size_t)page->lines * ifax_encoder_line_bound(&run.fmt) + 4096;
	run.rows = malloc(page->lines * page->stride);
	run.out = malloc(run.room);
	if (!run.rows || !run.out)
		abort();
	/* what is decoded is the peer's work, and what our encoder has to equal */
	if (coding->coding == IFAX_CODING_JBIG) {
		bench_jbigkit.begin(&run);
		bench_jbigkit.encode(&run);
		bench_jbigkit.end(&run);
		coded = malloc(run.out_bytes);
		if (!coded)
			abort();
		memcpy(coded, run.out, run.out_bytes);
		run.coded_bytes = run.out_bytes;
	} else {
		run.coded_bytes = tiff_encode(&run.fmt, page, &coded);
	}
	run.coded = coded;
	for (i = 0; i < IMPLS; i++) {
		runs[i] = run;
		if (impls[i]->can(coding->coding))
			impls[i]->begin(&runs[i]);
	}
}

static void runs_end(struct bench_run *runs, const struct coding *coding)
{
	unsigned int i;

	for (i = 0; i < IMPLS; i++)
		if (impls[i]->can(coding->coding))
			impls[i]->end(&runs[i]);
	free((void *)runs[0].coded);
	free(runs[0].rows);
	free(runs[0].out);
}

static bool bench_page(const struct page *page, unsigned int c)
{
	struct result results[IMPLS];
	struct bench_run runs[IMPLS];
	unsigned int i;
	bool good = true;
	double copy_ns;
	char name[128];
	int d;

	runs_begin(runs, page, &codings[c]);
	copy_ns = memcpy_ns(page, runs[0].rows);
	for (d = 0; d < DIRECTIONS; d++) {
		for (i = 0; i < IMPLS && counting; i++) {
			snprintf(name, sizeof(name), "%s|%s|%s|%s", page->name, codings[c].name,
				 directions[d], impls[i]->name);
			if (can(impls[i], &codings[c], d))
				count(&runs[i], impls[i], name);
		}
		if (counting)
			continue;
		measure(runs, &codings[c], d, results);
		report(page, c, d, results, copy_ns);
		good = good && !results[0].wrong;
	}
	runs_end(runs, &codings[c]);
	return good;
}

/* On the charts, the goals beside what is reached */
static void print_sums(void)
{
	unsigned int c, i;
	int d;

	if (!sums[0][0].pages[0] && !sums[3][0].pages[0])
		return;
	printf("\nSum of the charts, ms\n%-7s", "");
	for (i = 0; i < IMPLS; i++)
		printf(" %8s ", impls[i]->name);
	printf("%20s %20s\n", "x reference  (goal)", "x fastest  (goal)");
	for (c = 0; c < ARRAY_SIZE(codings); c++) {
		for (d = 0; d < DIRECTIONS; d++) {
			const struct sum *sum = &sums[c][d];
			double fastest = 0, against = 0;

			printf("%-4s%s", codings[c].name, directions[d]);
			for (i = 0; i < IMPLS; i++) {
				bool whole = sum->pages[0] && sum->pages[i] == sum->pages[0];

				if (whole)
					printf(" %8.2f ", sum->ns[i] / 1e6);
				else
					printf(" %8s ", "-");
				if (i && whole && (!fastest || sum->ns[i] < fastest))
					fastest = sum->ns[i];
				if (whole && impls[i] == reference(&codings[c]))
					against = sum->ns[i];
			}
			printf("%12.2f  (%4.1f) %12.2f  (%4.1f)\n", against / sum->ns[0],
			       codings[c].goal[d], fastest / sum->ns[0],
			       codings[c].goal_fastest[d]);
		}
	}
}

/* Is the name among those that are asked for? */
static bool wanted(const char *variable, const char *name)
{
	char words[256], *word, *rest = words;

	snprintf(words, sizeof(words), "%s", getenv(variable) ? getenv(variable) : "");
	if (!words[strspn(words, " ")])
		return true;
	while ((word = strsep(&rest, " ")))
		if (*word && strstr(name, word))
			return true;
	return false;
}

static unsigned int all_pages(struct page *pages)
{
	static const enum page_pattern made[] = {
		PAGE_BLANK, PAGE_BLACK, PAGE_TEXT, PAGE_DITHER, PAGE_CHECKER, PAGE_VERTICAL,
		PAGE_NOISE,
	};
	unsigned int found = ARRAY_SIZE(made), kept = 0, i;

	for (i = 0; i < found; i++)
		pages[i] = page_pattern(made[i], 1728, 2376);
	found += page_load_all("../shared/data", pages + found, PAGES_MAX - found);
	for (i = 0; i < found; i++) {
		pages[i].name[strcspn(pages[i].name, ".")] = 0;
		if (wanted("PAGES", pages[i].name))
			pages[kept++] = pages[i];
		else
			page_free(&pages[i]);
	}
	return kept;
}

int main(int argc, char **argv)
{
	static struct page pages[PAGES_MAX];
	unsigned int pages_count, p, c, i;
	bool good = true;

	counting = argc == 3 && !strcmp(argv[1], "count");
	table = argc == 3 ? fopen(argv[2], counting ? "r" : "w") : NULL;
	if (!table) {
		fprintf(stderr, "usage: bench measure|count FILE\n");
		return 1;
	}
	pages_count = all_pages(pages);
	if (!counting) {
		fprintf(table, "page\tcoding\tdirection\timpl\tns\tinstr\t"
			"bytes\tx_peer\tx_memcpy\n");
		printf("us a page, and how many times as fast as the fastest peer (!: wrong)\n");
		printf("%-19s", "");
		for (i = 0; i < IMPLS; i++)
			printf(" %8s ", impls[i]->name);
		printf("\n");
	}
	for (p = 0; p < pages_count; p++)
		for (c = 0; c < ARRAY_SIZE(codings); c++)
			if (wanted("CODINGS", codings[c].name))
				good = bench_page(&pages[p], c) && good;
	if (!counting)
		print_sums();
	return fclose(table) || !good;
}
