// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tiff_chain.h"

/**
 * struct directory - what the order depends on
 * @at: offset
 * @number: its PageNumber
 * @is_page: neither a thumbnail nor a mask
 */
struct directory {
	uint64_t at;
	uint16_t number;
	bool is_page;
};

static struct directory current(TIFF *tif)
{
	struct directory directory = { .at = TIFFCurrentDirOffset(tif), .number = UINT16_MAX };
	uint32_t type = FILETYPE_PAGE;
	uint16_t total;

	TIFFGetField(tif, TIFFTAG_PAGENUMBER, &directory.number, &total);
	TIFFGetField(tif, TIFFTAG_SUBFILETYPE, &type);
	directory.is_page = !(type & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK));
	return directory;
}

/*
 * Some machines let the last IFD point to nowhere instead of 0. That is the
 * end if PageNumber says that all pages are there; else the TIFF was cut off.
 */
static bool all_pages_seen(TIFF *tif, unsigned int pages)
{
	uint16_t number = 0, total = 0;

	return TIFFGetField(tif, TIFFTAG_PAGENUMBER, &number, &total) && total && pages >= total;
}

/* libtiff takes an offset of the next IFD that was cut off for 0: no more pages. */
static bool link_is_whole(struct tiff_file *file)
{
	bool big = TIFFIsBigTIFF(file->tif);
	uint64_t at = TIFFCurrentDirOffset(file->tif), entries64;
	uint16_t entries;

	if (big) {
		if (pread(file->fd, &entries64, 8, at) != 8)
			return false;
		if (TIFFIsByteSwapped(file->tif))
			TIFFSwabLong8(&entries64);
		return at + 8 + entries64 * 20 + 8 <= file->bytes;
	}
	if (pread(file->fd, &entries, 2, at) != 2)
		return false;
	if (TIFFIsByteSwapped(file->tif))
		TIFFSwabShort(&entries);
	return at + 2 + entries * 12 + 4 <= file->bytes;
}

/* Returns 1 if the TIFF stands at another page, 0 at the end, -1 on failure. */
static int next_page(struct tiff_file *file, unsigned int pages, struct failure *failure)
{
	bool may_end = all_pages_seen(file->tif, pages);

	file->complaints = 0;
	if (TIFFLastDirectory(file->tif))
		may_end |= link_is_whole(file);
	else if (TIFFReadDirectory(file->tif))
		return 1;
	if (may_end)
		return 0;
	return fail(failure, EXIT_INPUT, "the TIFF is damaged or cut off behind page %u: %s", pages,
		    file->complaints ? file->complaint : "the directory cannot be read");
}

static unsigned int drop_thumbnails(struct directory *directories, unsigned int count)
{
	unsigned int pages = 0;

	for (unsigned int i = 0; i < count; i++)
		pages += directories[i].is_page;
	if (!pages)
		return count;
	pages = 0;
	for (unsigned int i = 0; i < count; i++)
		if (directories[i].is_page)
			directories[pages++] = directories[i];
	return pages;
}

/* By their numbers if these are 0 to count - 1, each once. */
static void put_in_order(struct tiff_chain *chain, const struct directory *directories)
{
	bool seen[PAGES_MAX] = { false };

	for (unsigned int i = 0; i < chain->count; i++) {
		unsigned int number = directories[i].number;

		if (number >= chain->count || seen[number]) {
			for (i = 0; i < chain->count; i++)
				chain->at[i] = directories[i].at;
			return;
		}
		seen[number] = true;
		chain->at[number] = directories[i].at;
	}
}

int tiff_chain_read(struct tiff_file *file, struct tiff_chain *chain, struct failure *failure)
{
	struct directory *directories = calloc(PAGES_MAX, sizeof(*directories));
	unsigned int count = 0;
	int more = 1;

	if (!directories)
		return fail(failure, EXIT_LATER, "no memory for the list of pages");
	while (more > 0) {
		if (count == PAGES_MAX) {
			more = fail(failure, EXIT_INPUT, "more than %d pages", PAGES_MAX);
			break;
		}
		directories[count++] = current(file->tif);
		more = next_page(file, count, failure);
	}
	if (!more) {
		chain->count = drop_thumbnails(directories, count);
		put_in_order(chain, directories);
	}
	free(directories);
	return more;
}
