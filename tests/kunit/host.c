// SPDX-License-Identifier: GPL-2.0
/* The cases on the host, with sanitizers. */
#include <stdlib.h>

#include "cases.h"
#include "../codec/tap.h"

void *case_alloc(size_t bytes)
{
	void *mem = malloc(bytes ? bytes : 1);

	if (!mem)
		abort();
	return mem;
}

void case_free(void *mem)
{
	free(mem);
}

static void report(const char *name, const char *wrong)
{
	if (wrong)
		diag("%s", wrong);
	ok(!wrong, "%s", name);
}

int main(void)
{
#define HOST_CASE(name)	report(#name, codec_case_##name());
	CODEC_CASES(HOST_CASE)
	return done_testing();
}
