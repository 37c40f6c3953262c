// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-message: pages become a mail message, and a mail message pages.
 *
 * A worker of ifaxd: it gets its files open and says on stdout how it went.
 */
#include <stdio.h>
#include <string.h>

#include "compose.h"
#include "line.h"
#include "open.h"

/* Where the files are, by the contract with ifaxd */
#define FD_IN	3
#define FD_OUT	4

static const char usage[] =
"usage: ifax-message compose 3<PAGE-FILE 4<>MESSAGE\n"
"       ifax-message open [--codings mh,mmr,raw] 3<MESSAGE 4<>PAGE-FILE\n"
"\n"
"compose  makes the pages of a page file a mail message with one TIFF. Header\n"
"         values come on stdin, a line each: from=ADDRESS, to=ADDRESS (one line\n"
"         for each recipient), subject=TEXT, message-id=ID, date=UNIX-TIME,\n"
"         text=LINE (one for each line of the text)\n"
"open     makes the TIFFs in a mail message a page file. --codings names the\n"
"         codings that the printer takes; a page in another becomes raw\n"
"\n"
"The last line on stdout is \"ok …\" or \"error TEXT\".\n"
"Exit codes: 0 done, 1 the input is at fault, 2 the machine is, try later.\n";

int main(int argc, char **argv)
{
	struct failure failure = { .exit_code = EXIT_LATER };
	unsigned int codings = OPEN_CODINGS_DEFAULT;
	int err;

	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "compose")) {
		err = compose_message(FD_IN, FD_OUT, stdin, stdout, &failure);
	} else if (argc == 2 && !strcmp(argv[1], "open")) {
		err = open_confined(FD_IN, FD_OUT, codings, stdout, &failure);
	} else if (argc == 4 && !strcmp(argv[1], "open") && !strcmp(argv[2], "--codings")) {
		err = open_codings(argv[3], &codings, &failure) ||
			open_confined(FD_IN, FD_OUT, codings, stdout, &failure);
	} else {
		fputs(usage, stderr);
		err = fail(&failure, EXIT_INPUT, "wrong arguments");
	}
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = fail(&failure, EXIT_LATER, "cannot write to stdout");
	if (!err)
		return 0;
	print_line(stdout, "error ", failure.text);
	return failure.exit_code;
}
