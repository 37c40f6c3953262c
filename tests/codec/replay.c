// SPDX-License-Identifier: GPL-2.0
/*
 * replay FOLDER: what the fuzzers begin with, and what they once found, through
 * the very code that they run, with sanitizers. An input that breaks a promise
 * ends the program.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "page.h"
#include "tap.h"

#define INPUT_MAX	4096
#define MUTATIONS	40

static u8 *exact_copy(const u8 *data, size_t bytes)
{
	u8 *copy = malloc(bytes ? bytes : 1);

	if (!copy)
		abort();
	memcpy(copy, data, bytes);
	return copy;
}

/* As it is, and with a few bytes changed, always the same ones */
static bool replay(const char *target, const u8 *data, size_t bytes)
{
	bool known = true;
	u32 n, i;

	for (n = 0; n <= MUTATIONS && known; n++) {
		u8 *copy = exact_copy(data, bytes);

		for (i = 0; n && i < 1 + n % 3; i++)
			copy[page_random(bytes)] = page_random(256);
		known = fuzz_one(target, copy, n ? bytes - page_random(bytes / 4 + 1) : bytes);
		free(copy);
	}
	return known;
}

static void replay_folder(const char *folder, const char *target)
{
	static u8 data[INPUT_MAX];
	unsigned int count = 0;
	bool good = true;
	struct dirent **names;
	char path[1024];
	int n, i;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		size_t bytes = 0;
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s/%s", folder, target, names[i]->d_name);
		file = names[i]->d_name[0] == '.' ? NULL : fopen(path, "r");
		if (file) {
			bytes = fread(data, 1, sizeof(data), file);
			fclose(file);
		}
		if (bytes) {
			good = replay(target, data, bytes) && good;
			count++;
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	ok(good && count, "%s: %u inputs and %u changes of each", target, count, MUTATIONS);
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "tests/codec/corpus";
	struct dirent **targets;
	int n, i;

	n = scandir(folder, &targets, NULL, alphasort);
	for (i = 0; i < n; i++) {
		if (targets[i]->d_name[0] != '.')
			replay_folder(folder, targets[i]->d_name);
		free(targets[i]);
	}
	if (n >= 0)
		free(targets);
	return done_testing();
}
