// SPDX-License-Identifier: GPL-2.0
/* fuzz_seeds FOLDER: small pages in every coding, for the fuzzers to begin with */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "coded.h"
#include "fuzz.h"

#define WIDTH_PX	70
#define LINES		12

static int write_seed(const char *folder, const char *target, const struct page *page,
		      struct fuzz_head head, const u8 *data, size_t bytes)
{
	char path[512];
	FILE *file;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	if (mkdir(path, 0777) && errno != EEXIST) {
		perror(path);
		return 1;
	}
	head.width_px[0] = page->width_px - 1;
	snprintf(path, sizeof(path), "%s/%s/%s-%u-%u", folder, target, page->name, head.flags,
		 head.more);
	file = fopen(path, "w");
	good = file && fwrite(&head, sizeof(head), 1, file) == 1 &&
	       fwrite(data, 1, bytes, file) == bytes;
	if (file && fclose(file))
		good = false;
	if (!good)
		perror(path);
	return !good;
}

static int write_coded(const char *folder, const char *target, const struct page *page, u32 coding,
		       struct fuzz_head head)
{
	struct ifax_codec_format fmt = {
		.coding = coding, .flags = head.flags, .width_px = page->width_px, .k = head.k,
	};
	struct coded coded;
	int failed;

	if (ifax_codec_format_ok(&fmt))
		return 0;
	coded = encode_page(&fmt, page, 0);
	failed = write_seed(folder, target, page, head, coded.data, coded.bytes);
	free(coded.data);
	return failed;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "raw", "mh", "mr", "mmr", "jbig" };
	static const enum page_pattern patterns[] = { PAGE_DITHER, PAGE_STEPS, PAGE_VERTICAL };
	static const u8 flags[] = {
		0, IFAX_FMT_END, IFAX_FMT_EOL | IFAX_FMT_END, IFAX_FMT_ROW_ALIGNED,
		IFAX_FMT_EOL_ALIGNED | IFAX_FMT_EOL, IFAX_FMT_LSB_FIRST | IFAX_FMT_WHITE_IS_1,
	};
	int failed = 0;
	size_t i, f;
	u32 coding;

	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
		return 1;
	}
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct page page = page_pattern(patterns[i], WIDTH_PX, LINES);

		for (coding = 0; coding < 5; coding++) {
			struct fuzz_head head = { .k = 4, .piece = 9, .band = 6, .more = coding };

			for (f = 0; f < sizeof(flags); f++) {
				head.flags = flags[f];
				failed |= write_coded(argv[1], names[coding], &page, coding, head);
			}
			head.flags = 0;
			failed |= write_coded(argv[1], "scale", &page, coding, head);
			if (coding != IFAX_CODING_JBIG)
				failed |= write_coded(argv[1], "splice", &page, coding, head);
			failed |= write_seed(argv[1], "round_trip", &page, head, page.rows,
					     page.lines * page.stride);
			head.more += (coding + 2) % 5 * 5;
			failed |= write_coded(argv[1], "transcode", &page, coding, head);
		}
		page_free(&page);
	}
	return failed;
}
