// SPDX-License-Identifier: GPL-2.0
/*
 * A short run of a fuzz target with mutations that are the same each time:
 * what it finds stays found. The long run is "make fuzz", for which
 * "--seeds DIR" writes the seeds and a dictionary into DIR.
 */
#include <string.h>

#include "dialogue.h"
#include "fuzz.h"
#include "tap.h"

#define RUNS		40000
#define INPUT_MAX	4096

static uint8_t input[INPUT_MAX];
static size_t input_len;

static void insert(size_t at, const char *bytes, size_t len)
{
	if (input_len + len > INPUT_MAX)
		return;
	memmove(input + at + len, input + at, input_len - at);
	memcpy(input + at, bytes, len);
	input_len += len;
}

static void cut(size_t at, size_t len)
{
	if (len > input_len - at)
		len = input_len - at;
	memmove(input + at, input + at + len, input_len - at - len);
	input_len -= len;
}

static size_t count(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static const char *any(const char *const *list)
{
	return list[random_below((unsigned int)count(list))];
}

static void mutate(void)
{
	static char copy[INPUT_MAX];
	size_t at = input_len ? random_below((unsigned int)input_len) : 0;
	size_t len = random_below(40);
	const char *word = any(fuzz_words);

	switch (random_below(6)) {
	case 0:
		if (input_len)
			input[at] = (uint8_t)random_below(256);
		break;
	case 1:
		cut(at, len);
		break;
	case 2:
		if (len > input_len - at)
			len = input_len - at;
		memcpy(copy, input + at, len);
		insert(random_below((unsigned int)input_len + 1), copy, len);
		break;
	case 3:
		word = any(fuzz_seeds);
		insert(at, word + 1, strlen(word + 1));
		break;
	default:
		insert(at, word, strlen(word));
		break;
	}
}

static FILE *seed_file(const char *dir, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static int write_seeds(const char *dir)
{
	char name[16];
	const char *c;
	FILE *file;
	size_t i;

	for (i = 0; fuzz_seeds[i]; i++) {
		snprintf(name, sizeof(name), "seed-%zu", i);
		file = seed_file(dir, name);
		fputs(fuzz_seeds[i], file);
		fclose(file);
	}
	file = seed_file(dir, "dictionary");
	for (i = 0; fuzz_words[i]; i++) {
		fputc('"', file);
		for (c = fuzz_words[i]; *c; c++)
			fprintf(file, "\\x%02x", (unsigned char)*c);
		fputs("\"\n", file);
	}
	return fclose(file) ? 1 : 0;
}

int main(int argc, char **argv)
{
	unsigned int mutations;
	unsigned int run;
	const char *seed;
	size_t i;

	if (argc == 3 && !strcmp(argv[1], "--seeds"))
		return write_seeds(argv[2]);
	for (i = 0; fuzz_seeds[i]; i++)
		LLVMFuzzerTestOneInput((const uint8_t *)fuzz_seeds[i], strlen(fuzz_seeds[i]));
	for (run = 0; run < RUNS; run++) {
		seed = any(fuzz_seeds);
		input_len = strlen(seed);
		memcpy(input, seed, input_len);
		for (mutations = 1 + random_below(8); mutations; mutations--)
			mutate();
		LLVMFuzzerTestOneInput(input, input_len);
	}
	tap_ok(true, "%u mutated inputs: no promise broken, no fault found", RUNS);
	return tap_end();
}
