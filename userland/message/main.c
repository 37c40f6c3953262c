// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-message: pages become a mail message, and a mail message pages.
 *
 * A worker of ifaxd: it gets its files open and says on stdout how it went.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "compose.h"
#include "features_read.h"
#include "headers.h"
#include "join.h"
#include "line.h"
#include "open.h"
#include "pdf_mail.h"
#include "report_write.h"
#include "signed.h"

/* Where the files are, by the contract with ifaxd */
#define FD_IN	3
#define FD_OUT	4

static const char usage[] =
"usage: ifax-message compose 3<PAGE-FILE 4<>MESSAGE\n"
"       ifax-message open [--codings mh,mmr,raw] [--features EXPRESSION]\n"
"                         [--parts tiff|fallback|all|document] 3<MESSAGE 4<>PAGE-FILE\n"
"       ifax-message pdf 3<MESSAGE 4<>MESSAGE\n"
"       ifax-message fragment 3<MESSAGE\n"
"       ifax-message join MESSAGE... 4<>MESSAGE\n"
"       ifax-message report 3<MESSAGE 4<>REPORT\n"
"       ifax-message features\n"
"       ifax-message signed 3<MESSAGE\n"
"       ifax-message headers 3<HEADERS\n"
"\n"
"compose  makes the pages of a page file a mail message with one TIFF. Header\n"
"         values come on stdin, a line each: from=ADDRESS, to=ADDRESS (one line\n"
"         for each recipient), subject=TEXT, message-id=ID, date=UNIX-TIME,\n"
"         text=LINE (one for each line of the text), importance=high|normal|low,\n"
"         mdn-to=ADDRESS (ask for a disposition notification),\n"
"         hide-recipients=yes|no, pages=FIRST-LAST (or FIRST-),\n"
"         header=TEXT and header-right=TEXT (on top of each page; {page} and\n"
"         {pages} stand for numbers), as=tiff|pdf, loop=ADDRESS (who forwarded it),\n"
"         convertible=yes|no (others may convert the pages), better=FORM and\n"
"         original-id=ID (RFC 3297),\n"
"         form=CODING XxY SIZE (what the pages may be at most, as in mmr 204x196 a4:\n"
"         they are coded anew and reduced as needed)\n"
"open     makes the TIFFs in a mail message a page file. --codings names the\n"
"         codings that the printer takes; a page in another becomes raw.\n"
"         --parts says what is printed: TIFFs only (the default); text,\n"
"         pictures and PDF, too, if there is no TIFF (fallback); all of them; or\n"
"         what a request carries (document)\n"
"pdf      makes a mail message one with PDFs instead of its TIFFs\n"
"fragment says which part of which split message (message/partial) a mail is:\n"
"         id=ID, number=N, total=N; \"ok fragment=0\" if it is a whole one\n"
"join     makes the parts of a split message, in any order, a message\n"
"report   tells the sender of a message what became of it: a delivery status or\n"
"         disposition notification (DSN, MDN) about the message; values on stdin\n"
"features says what the feature expression on stdin (RFC 2533) means for fax pages:\n"
"         codings=mh,mmr, dpi=204x196,204x391, sizes=a4,b4\n"
"signed   says whether the domain of its author signed a message (DKIM): \"ok signed=1\".\n"
"         TXT records come on stdin: key=NAME TEXT; need=NAME names one that is missing\n"
"headers  says who wrote mails, when, and about what: of each header (an empty line is\n"
"         behind it) header=N, from=TEXT, subject=TEXT, date=UNIX-TIME\n"
"\n"
"The last line on stdout is \"ok …\" or \"error TEXT\".\n"
"Exit codes: 0 done, 1 the input is at fault, 2 the machine is, try later.\n";

static int open_by_arguments(char **arguments, struct failure *failure)
{
	struct open_options options = { .codings = OPEN_CODINGS_DEFAULT };

	for (; *arguments; arguments += 2) {
		const char *name = arguments[0], *value = arguments[1];
		int err = 0;

		if (value && !strcmp(name, "--codings"))
			err = open_codings(value, &options.codings, failure);
		else if (value && !strcmp(name, "--parts"))
			err = open_parts(value, &options.parts, failure);
		else if (value && !strcmp(name, "--features"))
			options.features = value;
		else
			err = fail(failure, EXIT_INPUT, "wrong arguments: see ifax-message --help");
		if (err)
			return -1;
	}
	return open_confined(FD_IN, FD_OUT, &options, stdout, failure);
}

int main(int argc, char **argv)
{
	struct failure failure = { .exit_code = EXIT_LATER };
	const char *what = argc > 1 ? argv[1] : "";
	int err;

	if (argc == 2 && (!strcmp(what, "--help") || !strcmp(what, "help"))) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc == 2 && !strcmp(what, "compose")) {
		err = compose_message(FD_IN, FD_OUT, stdin, stdout, &failure);
	} else if (!strcmp(what, "open")) {
		err = open_by_arguments(argv + 2, &failure);
	} else if (argc == 2 && !strcmp(what, "pdf")) {
		err = pdf_mail_confined(FD_IN, FD_OUT, stdout, &failure);
	} else if (argc == 2 && !strcmp(what, "fragment")) {
		err = join_fragment_confined(FD_IN, stdout, &failure);
	} else if (argc == 2 && !strcmp(what, "report")) {
		err = report_write_confined(FD_IN, FD_OUT, stdin, stdout, &failure);
	} else if (argc == 2 && !strcmp(what, "features")) {
		err = features_confined(stdin, stdout, &failure);
	} else if (argc == 2 && !strcmp(what, "signed")) {
		err = signed_check_confined(FD_IN, stdin, stdout, &failure);
	} else if (argc == 2 && !strcmp(what, "headers")) {
		err = headers_print_confined(FD_IN, stdout, &failure);
	} else if (!strcmp(what, "join")) {
		err = join_confined(argv + 2, FD_OUT, stdout, &failure);
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
