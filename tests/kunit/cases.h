/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cases that are the same in the kernel, as a KUnit suite, and on the host, as TAP.
 * Each returns NULL, or what is wrong in words.
 */
#ifndef CODEC_CASES_H
#define CODEC_CASES_H

#include <linux/ifax/codec.h>

#define CODEC_CASES(CASE)	\
	CASE(known_bytes)	\
	CASE(round_trips)	\
	CASE(pieces)		\
	CASE(small_rooms)	\
	CASE(inverted)		\
	CASE(faults)		\
	CASE(concealment)	\
	CASE(damage)		\
	CASE(formats_refused)	\
	CASE(paper)

#define DECLARE_CASE(name)	const char *codec_case_##name(void);
CODEC_CASES(DECLARE_CASE)
#undef DECLARE_CASE

/* Memory of exactly this size, so that access outside of it is found; never NULL */
void *case_alloc(size_t bytes);
void case_free(void *mem);

#endif
