// SPDX-License-Identifier: GPL-2.0
/* The cases in the kernel. They run as the module is loaded; the log has the results. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "cases.h"

/* Room for a whole page is too much to insist on in one piece of memory */
void *case_alloc(size_t bytes)
{
	return kvmalloc(bytes ? bytes : 1, GFP_KERNEL | __GFP_NOFAIL);
}

void case_free(void *mem)
{
	kvfree(mem);
}

#define KUNIT_WRAPPER(name)						\
	static void name(struct kunit *test)				\
	{								\
		const char *wrong = codec_case_##name();		\
									\
		if (wrong)						\
			KUNIT_FAIL(test, "%s", wrong);			\
	}
CODEC_CASES(KUNIT_WRAPPER)

#define KUNIT_ENTRY(name)	KUNIT_CASE(name),
static struct kunit_case cases[] = {
	CODEC_CASES(KUNIT_ENTRY)
	{}
};

static struct kunit_suite suite = {
	.name = "ifax_codec",
	.test_cases = cases,
};

kunit_test_suite(suite);

MODULE_DESCRIPTION("KUnit suite of the fax codings");
MODULE_LICENSE("GPL");
