// SPDX-License-Identifier: GPL-2.0
/*
 * Mails and TIFFs with some bytes changed, thousands of them, the same ones on
 * each run: whatever comes out is a page file that its reader accepts, or an
 * error. Built with AddressSanitizer and UndefinedBehaviorSanitizer.
 *
 * usage: mutations [ROUNDS [SEED]]
 */
#include <errno.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <tiffio.h>
#include <unistd.h>

#include "../../userland/agent/paper/page_file.h"
#include "../../userland/lint/lint.h"
#include "../../userland/message/open.h"
#include "../../userland/message/pdf_mail.h"
#include "../../userland/message/signed.h"
#include "../../userland/message/tiff_read.h"

#define BYTES_MAX	16384
#define WIDTH_PX	137
#define LINES		40
#define ALL_CODINGS	0x1fU

/**
 * struct sample - what is mutated
 * @data: bytes
 * @bytes: how many
 */
struct sample {
	uint8_t data[BYTES_MAX];
	size_t bytes;
};

static uint64_t dice_state;
static FILE *nowhere, *tap, *pdfs;
static int scratch_fd, in_fd, pages_fd, out_fd;
static struct text_font *font;

static uint32_t dice(uint32_t sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (dice_state >> 16) % sides;
}

static void die(const char *what)
{
	fprintf(tap, "Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static int new_file(const char *name)
{
	int fd = memfd_create(name, 0);

	if (fd < 0)
		die(name);
	return fd;
}

static void put(int fd, const struct sample *sample)
{
	if (ftruncate(fd, 0) || pwrite(fd, sample->data, sample->bytes, 0) != (ssize_t)sample->bytes)
		die("write");
}

static void get(int fd, struct sample *sample)
{
	ssize_t n = pread(fd, sample->data, BYTES_MAX, 0);

	if (n < 1 || n == BYTES_MAX)
		die("sample");
	sample->bytes = n;
}

/* A TIFF of two pages by libtiff. */
static void make_tiff(struct sample *sample, const char *mode, unsigned int compression,
		      unsigned int rows_per_strip, unsigned int fill_order, unsigned int bits)
{
	TIFF *tif;
	uint8_t row[(WIDTH_PX * 8 + 7) / 8];

	if (ftruncate(scratch_fd, 0) || lseek(scratch_fd, 0, SEEK_SET))
		die("truncate");
	tif = TIFFFdOpen(scratch_fd, "sample", mode);
	for (unsigned int page = 0; page < 2; page++) {
		TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, WIDTH_PX);
		TIFFSetField(tif, TIFFTAG_IMAGELENGTH, LINES);
		TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, bits);
		TIFFSetField(tif, TIFFTAG_COMPRESSION, compression);
		TIFFSetField(tif, TIFFTAG_PHOTOMETRIC, page);
		TIFFSetField(tif, TIFFTAG_FILLORDER, fill_order);
		TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, rows_per_strip);
		TIFFSetField(tif, TIFFTAG_XRESOLUTION, 204.);
		TIFFSetField(tif, TIFFTAG_YRESOLUTION, 98.);
		TIFFSetField(tif, TIFFTAG_PAGENUMBER, page, 2);
		if (compression == COMPRESSION_CCITTFAX3 && page)
			TIFFSetField(tif, TIFFTAG_GROUP3OPTIONS, GROUP3OPT_2DENCODING);
		for (unsigned int y = 0; y < LINES; y++) {
			for (unsigned int i = 0; i < sizeof(row); i++)
				row[i] = y & 8 ? dice(256) : 0x3c;
			TIFFWriteScanline(tif, row, y, 0);
		}
		TIFFWriteDirectory(tif);
	}
	TIFFCleanup(tif);
	get(scratch_fd, sample);
}

static size_t append(struct sample *sample, const char *text)
{
	size_t n = strlen(text);

	if (sample->bytes + n > BYTES_MAX)
		die("mail too long");
	memcpy(sample->data + sample->bytes, text, n);
	sample->bytes += n;
	return n;
}

/* A mail with parts in parts, one of them the TIFF. */
static void make_mail(struct sample *sample, const struct sample *tiff)
{
	char *coded = g_base64_encode(tiff->data, tiff->bytes);

	sample->bytes = 0;
	append(sample, "Return-Path: <a@example.com>\nDisposition-Notification-To: a@example.com\n"
	       "Disposition-Notification-Options: Alternative-available=optional,permanent\n"
	       "Original-Message-ID: <0@example.com>\n"
	       "From: =?utf-8?Q?J=C3=BCrgen?= <a@example.com>, b@example.net\n"
	       "To: fax@example.org\nSubject: =?iso-2022-jp?B?GyRCJDMbKEI=?= fax\n"
	       "Message-ID: <1@example.com>\nMIME-Version: 1.0\n"
	       "Content-Type: multipart/mixed; boundary=\"out\"\n\n--out\n"
	       "Content-Type: multipart/alternative; boundary=in\n\n--in\n"
	       "Content-Type: text/plain; charset=koi8-r\n\nfax\n--in\n"
	       "Content-Alternative: (& (color=Binary) (dpi=[204,408]) (dpi-xyratio=1))\n"
	       "Content-Type: image/tiff; name*0=f; name*1*=%41.tif\n"
	       "Content-Transfer-Encoding: base64\n"
	       "Content-Disposition: attachment; filename=\"f.tif\"\n\n");
	for (size_t i = 0; i < strlen(coded); i += 76) {
		char line[78];

		snprintf(line, sizeof(line), "%.76s\n", coded + i);
		append(sample, line);
	}
	append(sample, "\n--in--\n--out\nContent-Type: message/rfc822\n\nSubject: inner\n"
	       "Content-Type: application/octet-stream; name=\"x.tif\"\n"
	       "Content-Transfer-Encoding: quoted-printable\n\nII*=00=08=00=00=00\n--out--\n");
	g_free(coded);
}

static void insert(struct sample *sample, size_t at, size_t bytes)
{
	if (sample->bytes + bytes > BYTES_MAX)
		return;
	memmove(sample->data + at + bytes, sample->data + at, sample->bytes - at);
	for (size_t i = 0; i < bytes; i++)
		sample->data[at + i] = sample->data[dice(sample->bytes)];
	sample->bytes += bytes;
}

static void take_out(struct sample *sample, size_t at, size_t bytes)
{
	if (bytes > sample->bytes - at)
		bytes = sample->bytes - at;
	memmove(sample->data + at, sample->data + at + bytes, sample->bytes - at - bytes);
	sample->bytes -= bytes;
}

static void set_number(struct sample *sample, size_t at)
{
	static const uint32_t numbers[] = {
		0, 1, 2, 3, 4, 5, 8, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xfffffff0, 0xffffffff,
	};
	uint32_t number = numbers[dice(G_N_ELEMENTS(numbers))];
	size_t bytes = dice(2) ? 4 : 2;

	if (at + bytes <= sample->bytes)
		memcpy(sample->data + at, &number, bytes);
}

static void mutate(struct sample *sample)
{
	for (unsigned int i = dice(4) + 1; i && sample->bytes; i--) {
		size_t at = dice(sample->bytes);

		switch (dice(8)) {
		case 0:
			insert(sample, at, dice(40) + 1);
			break;
		case 1:
			take_out(sample, at, dice(40) + 1);
			break;
		case 2:
			if (!dice(4))
				sample->bytes = at;
			break;
		case 3:
			sample->data[at] = dice(256);
			break;
		case 4:
			sample->data[at] ^= 1 << dice(8);
			break;
		default:
			set_number(sample, at);
		}
	}
}

/* Whether every page in the page file is one that a reader accepts. */
static bool pages_are_sound(unsigned int pages)
{
	struct page_reader reader;
	int more;

	if (page_reader_init(&reader, pages_fd))
		return false;
	while ((more = page_reader_next(&reader)) > 0)
		;
	return !more && reader.number == pages;
}

static bool tiff_is_survived(const struct sample *sample, unsigned int codings)
{
	struct page_sink sink = { .codings = codings, .out = nowhere };
	struct failure failure = { 0 };

	put(in_fd, sample);
	if (page_writer_init(&sink.writer, pages_fd))
		die("page file");
	if (tiff_read(in_fd, &sink, &failure))
		return failure.text[0] && failure.exit_code == EXIT_INPUT;
	return pages_are_sound(sink.writer.pages);
}

static bool mail_is_survived(const struct sample *sample, unsigned int codings)
{
	struct open_options options = { .codings = codings, .parts = OPEN_ALL, .font = font,
				       .features = "(& (color=Binary) (dpi=204))" };
	struct failure failure = { 0 };

	put(in_fd, sample);
	if (open_message(in_fd, scratch_fd, pages_fd, &options, nowhere, &failure))
		return failure.text[0] && failure.exit_code == EXIT_INPUT && pages_are_sound(0);
	return !pages_are_sound(0);
}

static bool pdf_is_survived(const struct sample *sample, unsigned int codings)
{
	struct pdf_mail_files files = { scratch_fd, pages_fd, pdfs };
	struct failure failure = { 0 };
	bool refused;

	put(in_fd, sample);
	rewind(pdfs);
	refused = pdf_mail(in_fd, out_fd, &files, nowhere, &failure);
	return refused ? failure.text[0] && failure.exit_code == EXIT_INPUT &&
		       !lseek(out_fd, 0, SEEK_END) : lseek(out_fd, 0, SEEK_END) > 0;
}

/* The linter says what it finds, to stdout, whatever it is. */
static bool lint_is_survived(const struct sample *sample, unsigned int codings)
{
	struct findings findings = { .name = "sample" };
	uint8_t *exact = g_memdup2(sample->data, sample->bytes);

	lint_tiff(&findings, exact, sample->bytes);
	g_free(exact);
	return findings.left <= PROFILES;
}

#define HEAD(subject)						\
	"Return-Path: <>\r\nFrom: <mailer-daemon@example.net>\r\nTo: fax@example.com\r\n"	\
	"Subject: " subject "\r\nDate: Sun, 22 Nov 2026 03:00:00 +0000\r\n"			\
	"Message-ID: <2@example.net>\r\nMIME-Version: 1.0\r\n"

/* Mails that are about something else than their pages */
static const struct {
	const char *name, *text;
} letters[] = {
	{ "DSN", HEAD("failed")
	  "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	  "--b\r\n\r\nIt failed.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	  "Reporting-MTA: dns; example.net\r\nOriginal-Envelope-Id: 0.1\r\n\r\n"
	  "Original-Recipient: rfc822;a@example.net\r\nFinal-Recipient: rfc822; a@example.net\r\n"
	  "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no\r\n"
	  "Media-Accept-Features: (& (color=Binary) (image-coding=[MH,MMR]))\r\n\r\n"
	  "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@example.com>\r\n"
	  "--b--\r\n" },
	{ "MDN", HEAD("read")
	  "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
	  "--b\r\n\r\nIt was read.\r\n--b\r\nContent-Type: message/disposition-notification\r\n"
	  "\r\nFinal-Recipient: rfc822;a@example.net\r\nOriginal-Message-ID: <1@example.com>\r\n"
	  "Disposition: automatic-action/MDN-sent-automatically; processed/error\r\n"
	  "Error: line 7\r\nMedia-Accept-Features:\r\n (color=Binary)\r\n\r\n--b--\r\n" },
	{ "bounce", HEAD("failure notice")
	  "X-Failed-Recipients: b@example.net, c@example.net\r\nReferences: <1@example.com>\r\n\r\n"
	  "<a@example.net>:\r\nRemote host said: 550 5.1.1 unknown\r\n\r\n"
	  "Message-ID: <1@example.com>\r\n\r\n"
	  "SUkqAAgAAAAQAP4ABAABAAAAAgAAAAABBAABAAAAwAYAAAEBBAABAAAAZAAAAAIBAwABAAAA\r\n"
	  "AQAAAAMBAwABAAAAAwAAAAYBAwABAAAAAAAAAAoBAwABAAAAAgAAABEBBAABAAAA3gAAABUB\r\n"
	  "AwABAAAA\r\n" },
	{ "request", "From: a@example.net\r\nTo: fax@example.com\r\nSubject: ifax relay\r\n"
	  "Date: Sun, 22 Nov 2026 03:00:00 +0000\r\nMessage-ID: <3@example.net>\r\n"
	  "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=example.net; s=s;\r\n"
	  " h=from:to:subject:date:message-id; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n"
	  " b=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
	  "secret: x\r\nto: a@example.net\r\nlist: branches\r\nsubject: y\r\n" },
	{ "part of a message", HEAD("part 1")
	  "Content-Type: message/partial; id=\"1@example.com\"; number=1; total=2\r\n\r\n"
	  "Message-ID: <1@example.com>\r\nSubject: all\r\n\r\ntext\r\n" },
};

/* Whatever it says, it says it and ends; so does the check of its signatures. */
static bool letter_is_survived(const struct sample *sample, unsigned int codings)
{
	static char key[] = "key=s._domainkey.example.net v=DKIM1; k=rsa; p=AAAA\n";
	struct open_options options = { .codings = codings, .parts = OPEN_FALLBACK, .font = font };
	struct failure failure = { 0 };
	FILE *keys;
	bool good;

	put(in_fd, sample);
	good = !open_message(in_fd, scratch_fd, pages_fd, &options, nowhere, &failure) ||
	       (failure.text[0] && failure.exit_code == EXIT_INPUT);
	failure = (struct failure){ 0 };
	keys = fmemopen(key, strlen(key), "r");
	if (!keys)
		die("keys");
	lseek(in_fd, 0, SEEK_SET);
	good &= !signed_check(in_fd, keys, nowhere, &failure) ||
		(failure.text[0] && failure.exit_code == EXIT_INPUT);
	fclose(keys);
	return good;
}

static bool survived(const struct sample *sample, unsigned int rounds,
		     bool (*test)(const struct sample *sample, unsigned int codings))
{
	struct sample mutant;

	if (!test(sample, ALL_CODINGS))
		return false;
	for (unsigned int i = 0; i < rounds; i++) {
		uint64_t seed = dice_state;

		mutant = *sample;
		mutate(&mutant);
		if (!test(&mutant, dice(2) ? ALL_CODINGS : 1U << IFAX_CODING_RAW)) {
			fprintf(tap, "# round %u, seed %ju\n", i, (uintmax_t)seed);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name, *mode;
		unsigned int compression, rows, fill_order, bits;
	} kinds[] = {
		{ "MH and MR, one strip", "wl", COMPRESSION_CCITTFAX3, LINES, FILLORDER_LSB2MSB, 1 },
		{ "MMR, one strip", "wl", COMPRESSION_CCITTFAX4, LINES, FILLORDER_MSB2LSB, 1 },
		{ "MMR, strips, big-endian", "wb", COMPRESSION_CCITTFAX4, 7, FILLORDER_LSB2MSB, 1 },
		{ "MH by rows", "wl", COMPRESSION_CCITTRLE, LINES, FILLORDER_MSB2LSB, 1 },
		{ "PackBits, strips", "wl", COMPRESSION_PACKBITS, 16, FILLORDER_MSB2LSB, 1 },
		{ "LZW", "wb", COMPRESSION_LZW, LINES, FILLORDER_MSB2LSB, 1 },
		{ "uncompressed", "wl", COMPRESSION_NONE, 16, FILLORDER_MSB2LSB, 1 },
		{ "grey, strips", "wl", COMPRESSION_LZW, 16, FILLORDER_MSB2LSB, 8 },
		{ "BigTIFF, MMR", "w8", COMPRESSION_CCITTFAX4, LINES, FILLORDER_MSB2LSB, 1 },
	};
	unsigned int rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 400, failures = 0, tests = 0;
	struct sample tiff, mail;

	dice_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 0x9e3779b97f4a7c15;
	/* stdout is the linter's, and nobody reads it */
	tap = fdopen(dup(STDOUT_FILENO), "w");
	nowhere = fopen("/dev/null", "w");
	if (!tap || !nowhere || !freopen("/dev/null", "w", stdout))
		return 1;
	scratch_fd = new_file("scratch");
	in_fd = new_file("in");
	pages_fd = new_file("pages");
	out_fd = new_file("out");
	pdfs = fdopen(new_file("pdfs"), "w+");
	if (!pdfs)
		die("pdfs");
	g_mime_init();
	font = text_font_open();
	fprintf(tap, "1..%zu\n", 4 * G_N_ELEMENTS(kinds) + G_N_ELEMENTS(letters));
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		bool good;

		make_tiff(&tiff, kinds[i].mode, kinds[i].compression, kinds[i].rows,
			  kinds[i].fill_order, kinds[i].bits);
		make_mail(&mail, &tiff);
		good = survived(&tiff, rounds, tiff_is_survived);
		failures += !good;
		fprintf(tap, "%sok %u - TIFF: %s\n", good ? "" : "not ", ++tests, kinds[i].name);
		good = survived(&tiff, rounds, lint_is_survived);
		failures += !good;
		fprintf(tap, "%sok %u - lint: %s\n", good ? "" : "not ", ++tests, kinds[i].name);
		good = survived(&mail, rounds, mail_is_survived);
		failures += !good;
		fprintf(tap, "%sok %u - mail: %s\n", good ? "" : "not ", ++tests, kinds[i].name);
		good = survived(&mail, rounds, pdf_is_survived);
		failures += !good;
		fprintf(tap, "%sok %u - mail with PDFs: %s\n", good ? "" : "not ", ++tests,
			kinds[i].name);
		fflush(tap);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++) {
		bool good;

		mail.bytes = strlen(letters[i].text);
		memcpy(mail.data, letters[i].text, mail.bytes);
		good = survived(&mail, rounds, letter_is_survived);
		failures += !good;
		fprintf(tap, "%sok %u - %s\n", good ? "" : "not ", ++tests, letters[i].name);
	}
	fclose(pdfs);
	fclose(nowhere);
	fclose(tap);
	text_font_close(font);
	g_mime_shutdown();
	return failures != 0;
}
