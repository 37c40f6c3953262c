// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "features_read.h"
#include "headers.h"
#include "join.h"
#include "open.h"
#include "pdf_mail.h"
#include "report_write.h"
#include "sandbox.h"
#include "signed.h"

/*
 * What iconv knows of these charsets comes from files; they must be open, and
 * stay so, before no file can be opened any more. Text in other charsets is
 * shown as it is, as far as it is ASCII.
 */
static const char * const charsets[] = {
	"iso-8859-1", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6",
	"iso-8859-7", "iso-8859-8", "iso-8859-9", "iso-8859-10", "iso-8859-13", "iso-8859-15",
	"iso-8859-16", "windows-1250", "windows-1251", "windows-1252", "windows-1253",
	"windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258",
	"windows-874", "cp437", "cp850", "cp852", "cp866", "macintosh", "koi8-r", "koi8-u",
	"iso-2022-jp", "shift_jis", "cp932", "euc-jp", "gb2312", "gbk", "gb18030", "big5",
	"euc-kr", "cp949", "iso-2022-kr", "utf-7", "utf-16", "us-ascii",
};

static char signal_stack[32768];

/* Each charset is used once, so that libraries have their lazy parts loaded. */
static void load_charsets(void)
{
	char in[] = "a", out[64];

	for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++) {
		iconv_t converter = g_mime_iconv_open("utf-8", charsets[i]);
		char *from = in, *to = out;
		size_t from_left = 1, to_left = sizeof(out);

		if (converter != (iconv_t)-1)
			g_mime_iconv(converter, &from, &from_left, &to, &to_left);
	}
}

/*
 * The process is out of time or memory, or broken: it is the message's doing,
 * and whoever waits for us must learn it in words.
 */
static void give_up(int number)
{
	static const char no_time[] = "error the message takes too much processor time to read\n";
	static const char broken[] =
		"error the message needs too much memory, or breaks the program that reads it\n";
	ssize_t n = number == SIGXCPU ? write(STDOUT_FILENO, no_time, sizeof(no_time) - 1) :
		write(STDOUT_FILENO, broken, sizeof(broken) - 1);

	_exit(n < 0 ? EXIT_LATER : EXIT_INPUT);
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGXCPU, SIGABRT, SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	struct sigaction action = { .sa_handler = give_up, .sa_flags = SA_ONSTACK };
	stack_t stack = { .ss_sp = signal_stack, .ss_size = sizeof(signal_stack) };

	sigaltstack(&stack, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

/* Libraries are loaded, nothing can be opened any more, an end by signal says so. */
static int confine(FILE *out, struct failure *failure)
{
	/* Whole lines at any time, for give_up() to add one. */
	setvbuf(out, NULL, _IOLBF, BUFSIZ);
	g_mime_init();
	load_charsets();
	catch_signals();
	return sandbox_enter(failure);
}

int open_confined(int message_fd, int pages_fd, struct open_options *options, FILE *out,
		  struct failure *failure)
{
	struct pdf_renderer pdf;
	FILE *scratch;

	/* Whatever our parent left open is not ours. */
	closefrom(pages_fd + 1);
	scratch = tmpfile();
	if (!scratch)
		return fail(failure, EXIT_LATER, "cannot make a temporary file: %s",
			    strerror(errno));
	if (options->parts != OPEN_TIFF) {
		if (pdf_renderer_start(&pdf, fileno(scratch), failure))
			return -1;
		options->pdf = &pdf;
	}
	options->font = text_font_open();
	if (confine(out, failure))
		return -1;
	return open_message(message_fd, fileno(scratch), pages_fd, options, out, failure);
}

int join_fragment_confined(int message_fd, FILE *out, struct failure *failure)
{
	closefrom(message_fd + 1);
	if (confine(out, failure))
		return -1;
	return join_fragment(message_fd, out, failure);
}

int headers_print_confined(int headers_fd, FILE *out, struct failure *failure)
{
	closefrom(headers_fd + 1);
	if (confine(out, failure))
		return -1;
	return headers_print(headers_fd, out, failure);
}

int report_write_confined(int original_fd, int report_fd, FILE *values, FILE *out,
			  struct failure *failure)
{
	closefrom(report_fd + 1);
	if (confine(out, failure))
		return -1;
	return report_write(original_fd, report_fd, values, out, failure);
}

int pdf_mail_confined(int message_fd, int pdf_message_fd, FILE *out, struct failure *failure)
{
	FILE *tiff, *pages;
	struct pdf_mail_files files;

	closefrom(pdf_message_fd + 1);
	tiff = tmpfile();
	pages = tmpfile();
	files.pdfs = tmpfile();
	if (!tiff || !pages || !files.pdfs)
		return fail(failure, EXIT_LATER, "cannot make a temporary file: %s",
			    strerror(errno));
	files.tiff_fd = fileno(tiff);
	files.pages_fd = fileno(pages);
	if (confine(out, failure))
		return -1;
	return pdf_mail(message_fd, pdf_message_fd, &files, out, failure);
}

int features_confined(FILE *in, FILE *out, struct failure *failure)
{
	closefrom(STDERR_FILENO + 1);
	if (confine(out, failure))
		return -1;
	return features_read(in, out, failure);
}

int signed_check_confined(int message_fd, FILE *keys, FILE *out, struct failure *failure)
{
	closefrom(message_fd + 1);
	/* what OpenSSL reads of its configuration it reads now */
	OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG | OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
	if (confine(out, failure))
		return -1;
	return signed_check(message_fd, keys, out, failure);
}

int join_confined(char **files, int message_fd, FILE *out, struct failure *failure)
{
	int fds[FRAGMENTS_MAX];
	unsigned int count = 0;

	closefrom(message_fd + 1);
	for (; files[count]; count++) {
		if (count == FRAGMENTS_MAX)
			return fail(failure, EXIT_INPUT, "more than %d fragments", FRAGMENTS_MAX);
		fds[count] = open(files[count], O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0)
			return fail(failure, EXIT_LATER, "%s: %s", files[count], strerror(errno));
	}
	if (!count)
		return fail(failure, EXIT_INPUT, "no fragments were named");
	if (confine(out, failure))
		return -1;
	return join_fragments(fds, count, message_fd, out, failure);
}
