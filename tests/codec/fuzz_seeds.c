// SPDX-License-Identifier: GPL-2.0
/* fuzz_seeds FOLDER: small pages in every coding, as inputs for fuzz.c to begin with */
#include <stdio.h>
#include <stdlib.h>

#include "coded.h"

static int write_seed(const char *folder, const struct page *page, u32 coding, u32 flags)
{
	struct ifax_codec_format fmt = {
		.coding = coding,
		.flags = flags,
		.width_px = page->width_px,
		.k = 4,
	};
	u32 width = page->width_px - 1;
	u8 head[8] = { coding, flags, width, width >> 8, 0, fmt.k, 0, 7 };
	struct coded coded;
	char path[512];
	FILE *file;
	bool good;

	if (ifax_codec_format_ok(&fmt))
		return 0;
	coded = encode_page(&fmt, page, 0);
	snprintf(path, sizeof(path), "%s/%s-%u-%u", folder, page->name, coding, flags);
	file = fopen(path, "w");
	good = file && fwrite(head, sizeof(head), 1, file) == 1 &&
	       fwrite(coded.data, 1, coded.bytes, file) == coded.bytes;
	if (file && fclose(file))
		good = false;
	if (!good)
		perror(path);
	free(coded.data);
	return !good;
}

int main(int argc, char **argv)
{
	u32 pattern, coding, flags;
	int failed = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
		return 1;
	}
	for (pattern = 0; pattern < PAGE_PATTERNS; pattern++) {
		struct page page = page_pattern(pattern, 150, 20);

		for (coding = 0; coding < 5; coding++)
			for (flags = 0; flags <= IFAX_FMT_FLAGS; flags += 5)
				failed |= write_seed(argv[1], &page, coding, flags);
		page_free(&page);
	}
	return failed;
}
