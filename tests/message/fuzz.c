// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever somebody may send, for libFuzzer: FUZZ_TARGET names what reads it.
 *
 *	message	 a mail: becomes pages that their reader accepts, or an error
 *	pdf	 a mail: becomes one with PDFs, or an error
 *	tiff	 a TIFF, as a mail
 *	fragment a mail: which part of which message it is
 *	headers	 headers of mails
 *	features a feature expression
 *	address	 a fax address
 */
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../userland/message/fax_address.h"
#include "../../userland/message/features.h"
#include "../../userland/message/headers.h"
#include "../../userland/message/join.h"
#include "../../userland/message/open.h"
#include "../../userland/message/pdf_mail.h"
#include "../../userland/message/signed.h"
#include "../../userland/message/tiff_read.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text_font *font;
static int in_fd, scratch_fd, pages_fd, out_fd;
static FILE *nowhere, *pdfs;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	g_mime_init();
	in_fd = memfd_create("in", 0);
	scratch_fd = memfd_create("scratch", 0);
	pages_fd = memfd_create("pages", 0);
	out_fd = memfd_create("out", 0);
	pdfs = fdopen(memfd_create("pdfs", 0), "w+");
	nowhere = fopen("/dev/null", "w");
	font = text_font_open();
	return in_fd < 0 || scratch_fd < 0 || pages_fd < 0 || out_fd < 0 || !pdfs || !nowhere;
}

static void put_in(const uint8_t *data, size_t size)
{
	if (ftruncate(in_fd, 0) || pwrite(in_fd, data, size, 0) != (ssize_t)size)
		abort();
	lseek(in_fd, 0, SEEK_SET);
}

/* What was made of it is good, or there is nothing, and a reason. */
static void check_pages(int err, const struct failure *failure)
{
	struct page_reader reader;
	int more;

	if (err) {
		if (!*failure->text)
			abort();
		return;
	}
	if (page_reader_init(&reader, pages_fd))
		abort();
	while ((more = page_reader_next(&reader)) > 0)
		;
	if (more < 0)
		abort();
}

static void read_message(const uint8_t *data, size_t size)
{
	struct open_options options = { .codings = 0x1f, .parts = OPEN_FALLBACK, .font = font,
				       .features = "(& (color=Binary) (dpi=204))" };
	struct failure failure = { .exit_code = EXIT_LATER };

	put_in(data, size);
	check_pages(open_message(in_fd, scratch_fd, pages_fd, &options, nowhere, &failure),
		    &failure);
}

static void make_pdf(const uint8_t *data, size_t size)
{
	struct pdf_mail_files files = { scratch_fd, pages_fd, pdfs };
	struct failure failure = { .exit_code = EXIT_LATER };
	int err;

	put_in(data, size);
	rewind(pdfs);
	err = pdf_mail(in_fd, out_fd, &files, nowhere, &failure);
	if (err ? !*failure.text : lseek(out_fd, 0, SEEK_END) <= 0)
		abort();
}

static void read_tiff(const uint8_t *data, size_t size)
{
	struct page_sink sink = { .codings = 0x1f, .out = nowhere };
	struct failure failure = { .exit_code = EXIT_LATER };

	put_in(data, size);
	if (ftruncate(pages_fd, 0) || page_writer_init(&sink.writer, pages_fd))
		abort();
	check_pages(tiff_read(in_fd, &sink, &failure), &failure);
}

static void read_fragment(const uint8_t *data, size_t size)
{
	struct failure failure = { .exit_code = EXIT_LATER };

	put_in(data, size);
	join_fragment(in_fd, nowhere, &failure);
}

static void read_headers(const uint8_t *data, size_t size)
{
	struct failure failure = { .exit_code = EXIT_LATER };

	put_in(data, size);
	if (headers_print(in_fd, nowhere, &failure))
		abort();
}

static void check_signature(const uint8_t *data, size_t size)
{
	static char key[] = "key=s._domainkey.example.com v=DKIM1; k=rsa; p=MAA=\n";
	struct failure failure = { .exit_code = EXIT_LATER };
	FILE *keys = fmemopen(key, strlen(key), "r");

	if (!keys)
		abort();
	put_in(data, size);
	if (signed_check(in_fd, keys, nowhere, &failure) && !*failure.text)
		abort();
	fclose(keys);
}

static void read_features(const char *text)
{
	struct features_summary summary;
	char hash[FEATURES_HASH_BYTES];

	if (features_summarise(text, &summary) && *summary.codings)
		abort();
	features_better(text, text, 204, 196);
	features_hash(text, strlen(text), hash);
	if (strlen(hash) != FEATURES_HASH_BYTES - 1)
		abort();
}

static void read_address(const char *text)
{
	struct fax_address address;

	if (fax_address_parse(&address, text) == FAX_ADDRESS_OK && !*address.number)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!strcmp(FUZZ_TARGET, "message")) {
		read_message(data, size);
	} else if (!strcmp(FUZZ_TARGET, "pdf")) {
		make_pdf(data, size);
	} else if (!strcmp(FUZZ_TARGET, "tiff")) {
		read_tiff(data, size);
	} else if (!strcmp(FUZZ_TARGET, "fragment")) {
		read_fragment(data, size);
	} else if (!strcmp(FUZZ_TARGET, "headers")) {
		read_headers(data, size);
	} else if (!strcmp(FUZZ_TARGET, "signature")) {
		check_signature(data, size);
	} else {
		text = strndup((const char *)data, size);
		if (text && !strcmp(FUZZ_TARGET, "features"))
			read_features(text);
		else if (text)
			read_address(text);
		free(text);
	}
	return 0;
}
