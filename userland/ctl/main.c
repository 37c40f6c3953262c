// SPDX-License-Identifier: GPL-2.0
/*
 * ifax: the command line of a fax station
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "book.h"
#include "command.h"
#include "fetch.h"
#include "request.h"
#include "show.h"

#define DEFAULT_SOCKET	"/run/ifax/control"
#define POLL_MS		200

static const char usage[] =
	"usage: ifax [-s SOCKET] COMMAND [OPTIONS]\n"
	"\n"
	"  ifax send --to ADDRESS [--to ADDRESS ...] [--subject TEXT] [--text TEXT]\n"
	"            [--coding mh|mr|mmr|jbig|auto] [--resolution 204x196]\n"
	"            [--importance high|normal|low] [--broadcast hidden|each|open]\n"
	"            [--partial SIZE] [--wait[=SECONDS]]\n"
	"                         scan what lies in the feeder and send it; returns when it\n"
	"                         is scanned, with --wait when it is handed over to the next\n"
	"                         mail server or has failed. In texts {name}, {date} and others\n"
	"                         stand for what the configuration tells. --partial sends what\n"
	"                         is longer than SIZE (bytes, or with k or M) in parts\n"
	"  ifax jobs [--all] [--json] [ID]\n"
	"                         list the jobs (--all: reports, too), or tell all about one\n"
	"  ifax status [--json]   tell how the station is\n"
	"  ifax fetch [ACCOUNT]   visit the maildrops, or that of an account, now\n"
	"  ifax fetch --list [--json] [--limit N] [ACCOUNT]\n"
	"                         tell what lies there, and what the station knows of it, and\n"
	"                         fetch nothing: the last N mails (100) one by one\n"
	"  ifax cancel ID         give a job up; what is kept of it is removed\n"
	"  ifax retry ID          try a job again now: one that waits, is held, failed or is kept\n"
	"  ifax hold ID           do not send a job before it is told to retry\n"
	"  ifax queue [--json] [list | show ID | retry ID | hold ID | cancel ID]\n"
	"                         what is still to be sent; the others are as above\n"
	"  ifax book [--json] [--set ADDRESS WHAT | --remove ADDRESS]\n"
	"                         what those that we send to can receive, as they or you told:\n"
	"                         codings (mh, mr, mmr, jbig), and resolutions (204x391) and\n"
	"                         sizes (b4, a3) beyond 204x196 and a4, with commas between\n"
	"  ifax authorise [-c FILE] NAME\n"
	"                         let the provider oauth \"NAME\" of the configuration know that\n"
	"                         this station may use an account; needs no daemon\n"
	"\n"
	"These need no daemon; a device that is in use is left alone:\n"
	"  ifax devices [--json]  list scanners and print engines, and what they have done\n"
	"  ifax monitor [--json]  tell what happens to them, as it happens\n"
	"  ifax scan [--device scan0] [--coding mh|mr|mmr|jbig|raw] [--resolution 204x196]\n"
	"            [--width PIXELS] [--length LINES] [--sheets N] FILE.tif\n"
	"                         scan what lies in the feeder, all sheets or N of them, into a\n"
	"                         TIFF: A4 wide and as long as the paper, in MMR, if not told\n"
	"                         otherwise\n"
	"  ifax print [--device print0] [--pages FIRST[-LAST]] [--copies N] [--collate]\n"
	"            [--paper SIZE] [--fit office|same|trim|reduce|rotate|split]\n"
	"            [--both-sides] [--wait SECONDS]\n"
	"            FILE.tif\n"
	"                         print a TIFF, or some of its pages; copies come out page by\n"
	"                         page, with --collate one after the other\n"
	"  ifax lint FILE ...     which profile of fax a TIFF or a mail is, and what is wrong\n"
	"                         with it (the same as ifax-lint)\n"
	"\n"
	"  -s, --socket SOCKET    control socket of the daemon (default: $IFAX_SOCKET, else\n"
	"                         " DEFAULT_SOCKET ")\n"
	"  -h, --help             this text\n"
	"\n"
	"Exit codes: 0 done, 1 failed, or done in part (the reason is on standard error),\n"
	"2 wrong usage, 3 the daemon cannot be reached.\n";

static const char *control_socket;

enum exit_code bad_usage(const char *why)
{
	fprintf(stderr, "ifax: %s; see ifax --help\n", why);
	return EXIT_USAGE;
}

/* -h everywhere; anything else that is not known is wrong */
enum exit_code other_option(int c)
{
	if (c != 'h')
		return bad_usage("wrong option");
	fputs(usage, stdout);
	exit(EXIT_GOOD);
}

bool parse_number(const char *text, long long *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return !errno && end != text && !*end && *number > 0;
}

void print_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
}

/* Sending */

static bool is_one_of(const char *state, const char *const *states)
{
	for (; *states; states++)
		if (!strcmp(state, *states))
			return true;
	return false;
}

/* Waits while the job is in one of @states; then *job is how it stands. */
static enum exit_code wait_while(long long id, const char *const *states, long long deadline_s,
				 json_t **job)
{
	const struct timespec pause = { 0, POLL_MS * 1000000L };
	enum exit_code code;
	json_t *answer;

	for (;;) {
		code = request(control_socket, json_pack("{s:s, s:I}", "command", "jobs", "job",
							 (json_int_t)id), &answer);
		if (code)
			return code;
		*job = json_incref(json_object_get(answer, "job"));
		json_decref(answer);
		if (!is_one_of(show_text(*job, "state"), states))
			return EXIT_GOOD;
		if (deadline_s && time(NULL) >= deadline_s) {
			fprintf(stderr, "ifax: job %lld is still %s%s%s\n", id,
				show_text(*job, "state"), *show_text(*job, "reason") ? ": " : "",
				show_text(*job, "reason"));
			json_decref(*job);
			return EXIT_FAILED;
		}
		json_decref(*job);
		nanosleep(&pause, NULL);
	}
}

static enum exit_code follow(long long id, bool until_handed_over, long long wait_s)
{
	static const char *const scanning[] = { "scanning", NULL };
	static const char *const active[] = { "scanning", "composing", "queued", "sending", NULL };
	static const char *const bad[] = { "failed", "cancelled", NULL };
	json_t *job;
	enum exit_code code = wait_while(id, until_handed_over ? active : scanning,
					 wait_s ? time(NULL) + wait_s : 0, &job);

	if (code)
		return code;
	if (is_one_of(show_text(job, "state"), bad)) {
		fprintf(stderr, "ifax: job %lld %s: %s\n", id, show_text(job, "state"),
			show_text(job, "reason"));
		code = EXIT_FAILED;
	} else {
		printf("job %lld: %lld %s, %s\n", id, show_number(job, "pages"),
		       show_number(job, "pages") == 1 ? "page" : "pages",
		       show_text(job, "state"));
	}
	json_decref(job);
	return code;
}

/* Bytes, or with k or M */
static bool parse_size(const char *text, long long *bytes)
{
	size_t digits = strspn(text, "0123456789");
	long long unit = text[digits] == 'k' ? 1024 : text[digits] == 'M' ? 1024 * 1024 : 1;
	char number[16];

	snprintf(number, sizeof(number), "%.*s", (int)digits, text);
	return digits < sizeof(number) && strlen(text + digits) == (unit > 1) &&
	       parse_number(number, bytes) && !__builtin_mul_overflow(*bytes, unit, bytes);
}

/* What the daemon is told as it stands; it says what is wrong with it. */
static const struct {
	const char *option, *name;
} sent[] = {
	{ "subject", "subject" }, { "text", "text" }, { "coding", "coding" },
	{ "resolution", "resolution" }, { "importance", "importance" },
	{ "broadcast", "broadcast" },
};

#define SENT	(sizeof(sent) / sizeof(*sent))
#define OWN	4	/* options of do_send() itself */

static enum exit_code send_request(json_t *question, bool wait, long long wait_s)
{
	enum exit_code code;
	json_t *answer;
	long long id;

	code = request(control_socket, question, &answer);
	if (code)
		return code;
	id = show_number(answer, "job");
	json_decref(answer);
	return follow(id, wait, wait_s);
}

static enum exit_code do_send(int argc, char **argv)
{
	struct option known[OWN + SENT + 1] = {
		{ "to", required_argument, NULL, 't' },
		{ "partial", required_argument, NULL, 'p' },
		{ "wait", optional_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
	};
	json_auto_t *question = json_pack("{s:s, s:[]}", "command", "send", "to");
	json_t *to = json_object_get(question, "to");
	long long wait_s = 0, part_bytes = 0;
	bool wait = false;
	int c, which;

	for (size_t i = 0; i < SENT; i++)
		known[OWN + i] = (struct option){ sent[i].option, required_argument, NULL, 0 };
	while ((c = getopt_long(argc, argv, "t:w::h", known, &which)) != -1) {
		switch (c) {
		case 0:
			if (json_object_set_new(question, sent[which - OWN].name,
						json_string(optarg)))
				return bad_usage("an option is not UTF-8");
			break;
		case 't':
			if (json_array_append_new(to, json_string(optarg)))
				return bad_usage("an address is not UTF-8");
			break;
		case 'p':
			if (!parse_size(optarg, &part_bytes))
				return bad_usage("--partial takes a size, as in --partial 500k");
			json_object_set_new(question, "partial", json_integer(part_bytes));
			break;
		case 'w':
			wait = true;
			/* people write --wait 60, too */
			if (!optarg && optind < argc && isdigit((unsigned char)*argv[optind]))
				optarg = argv[optind++];
			if (optarg && !parse_number(optarg, &wait_s))
				return bad_usage("--wait takes seconds, as in --wait=60");
			break;
		default:
			return other_option(c);
		}
	}
	if (optind != argc)
		return bad_usage("send takes options only, as in --to ADDRESS");
	if (!json_array_size(to))
		return bad_usage("send needs --to ADDRESS");
	return send_request(json_incref(question), wait, wait_s);
}

/* The other commands */

/* @which: the number of one; NULL: all of them, with @reports or without */
static enum exit_code jobs(const char *which, bool reports, bool json)
{
	json_t *question, *answer;
	enum exit_code code;
	long long id = 0;

	if (which && !parse_number(which, &id))
		return bad_usage("a job has a number, as \"ifax jobs\" shows it");
	question = json_pack("{s:s, s:b}", "command", "jobs", "reports", reports);
	if (id)
		json_object_set_new(question, "job", json_integer(id));
	code = request(control_socket, question, &answer);
	if (code)
		return code;
	if (json)
		print_json(json_object_get(answer, id ? "job" : "jobs"));
	else if (id)
		show_job(json_object_get(answer, "job"));
	else
		show_jobs(json_object_get(answer, "jobs"));
	json_decref(answer);
	return EXIT_GOOD;
}

static enum exit_code do_jobs(int argc, char **argv)
{
	static const struct option known[] = {
		{ "all", no_argument, NULL, 'a' }, { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' }, { 0 }
	};
	bool json = false;
	bool all = false;
	int c;

	while ((c = getopt_long(argc, argv, "ajh", known, NULL)) != -1) {
		if (c != 'a' && c != 'j')
			return other_option(c);
		json |= c == 'j';
		all |= c == 'a';
	}
	if (optind < argc - 1)
		return bad_usage("jobs takes the number of one job, or nothing");
	return jobs(argv[optind], all, json);
}

static enum exit_code do_status(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	enum exit_code code;
	bool json = false;
	json_t *answer;
	int c;

	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		if (c != 'j')
			return other_option(c);
		json = true;
	}
	if (optind != argc)
		return bad_usage("status takes no argument");
	code = request(control_socket, json_pack("{s:s}", "command", "status"), &answer);
	if (code)
		return code;
	if (json)
		print_json(answer);
	else
		show_status(answer);
	json_decref(answer);
	return EXIT_GOOD;
}

/* cancel, retry, hold: the name is the command, the argument a job */
static enum exit_code do_simple(int argc, char **argv)
{
	static const struct option known[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	json_t *question, *answer;
	enum exit_code code;
	long long id;
	int c;

	while ((c = getopt_long(argc, argv, "h", known, NULL)) != -1)
		return other_option(c);
	if (optind != argc - 1 || !parse_number(argv[optind], &id))
		return bad_usage("the number of one job is needed");
	question = json_pack("{s:s, s:I}", "command", argv[0], "job", (json_int_t)id);
	code = request(control_socket, question, &answer);
	json_decref(answer);
	return code;
}

static enum exit_code list_queue(bool json)
{
	json_t *answer;
	enum exit_code code = request(control_socket, json_pack("{s:s, s:b}", "command", "jobs",
								"queue", 1), &answer);

	if (code)
		return code;
	if (json)
		print_json(json_object_get(answer, "jobs"));
	else
		show_jobs(json_object_get(answer, "jobs"));
	json_decref(answer);
	return EXIT_GOOD;
}

/* What follows is a command of its own, but for list. */
static enum exit_code do_queue(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	const char *what = "list";
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		if (c != 'j')
			return other_option(c);
		json = true;
	}
	argc -= optind;
	argv += optind;
	optind = 0;
	if (argc)
		what = argv[0];
	if (!strcmp(what, "list") && argc <= 1)
		return list_queue(json);
	if (!strcmp(what, "show") && argc == 2)
		return jobs(argv[1], false, json);
	if (!strcmp(what, "retry") || !strcmp(what, "hold") || !strcmp(what, "cancel"))
		return do_simple(argc, argv);
	return bad_usage("queue takes list, or show, retry, hold or cancel and a job");
}

static enum exit_code do_fetch(int argc, char **argv)
{
	return fetch(control_socket, argc, argv, other_option);
}

static enum exit_code do_book(int argc, char **argv)
{
	return book(control_socket, argc, argv, other_option);
}

/* ifax-lint lies beside this program, or where programs are */
static enum exit_code do_lint(int argc, char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof("-lint"));
	int end = n > 0 ? n : 0;

	strcpy(path + end, "-lint");
	if (end)
		execv(path, argv);
	execvp("ifax-lint", argv);
	fprintf(stderr, "ifax: cannot run ifax-lint: %s\n", strerror(errno));
	return EXIT_FAILED;
}

/* The daemon's program knows the configuration; the daemon need not run. */
static enum exit_code do_authorise(int argc, char **argv)
{
	char *command[] = { "ifaxd", "-c", NULL, "--authorise", NULL, NULL };
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	int c;

	command[2] = "/etc/ifax/ifaxd.conf";
	while ((c = getopt_long(argc, argv, "c:h", known, NULL)) != -1) {
		if (c != 'c')
			return other_option(c);
		command[2] = optarg;
	}
	if (optind != argc - 1)
		return bad_usage("authorise takes the name of an oauth section");
	command[4] = argv[optind];
	execvp(command[0], command);
	fprintf(stderr, "ifax: cannot run ifaxd: %s\n", strerror(errno));
	return EXIT_FAILED;
}

static const struct {
	const char *name;
	enum exit_code (*run)(int argc, char **argv);
} commands[] = {
	{ "authorise", do_authorise },
	{ "send", do_send },
	{ "jobs", do_jobs },
	{ "status", do_status },
	{ "fetch", do_fetch },
	{ "cancel", do_simple },
	{ "retry", do_simple },
	{ "hold", do_simple },
	{ "queue", do_queue },
	{ "book", do_book },
	{ "devices", do_devices },
	{ "monitor", do_monitor },
	{ "scan", do_scan },
	{ "print", do_print },
	{ "lint", do_lint },
};

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	control_socket = getenv("IFAX_SOCKET");
	if (!control_socket)
		control_socket = DEFAULT_SOCKET;
	/* "+": the command ends our options and begins its own */
	while ((c = getopt_long(argc, argv, "+s:h", known, NULL)) != -1) {
		if (c != 's')
			return other_option(c);
		control_socket = optarg;
	}
	if (optind == argc)
		return bad_usage("a command is needed");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (!strcmp(argv[optind], commands[i].name)) {
			argc -= optind;
			argv += optind;
			optind = 0;
			return commands[i].run(argc, argv);
		}
	}
	return bad_usage("unknown command");
}
