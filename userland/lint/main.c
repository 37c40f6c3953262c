// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-lint: which profile of RFC 3949 a TIFF or a fax message satisfies, and
 * every rule that it breaks.
 *
 * The files are hostile: they are opened first, then the process confines
 * itself as the one that opens mails does.
 */
#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../message/line.h"
#include "../message/sandbox.h"
#include "lint.h"

#define FILES_MAX	100

static const char usage[] =
"usage: ifax-lint FILE.tif|FILE.eml ...\n"
"       ifax-lint --rules\n"
"\n"
"Says which profiles of RFC 3949 (S, F, J) a TIFF or a fax message satisfies, and\n"
"every rule that it breaks, with its clause: \"not S\" excludes a profile, \"poor S\"\n"
"is against a recommendation, \"must\" and \"should\" are about the message.\n"
"--rules lists the rules.\n"
"\n"
"Exit codes: 0 each file satisfies a profile, and its message all musts; 1 one\n"
"does not; 2 a file could not be looked at.\n";

static bool is_tiff(const char *name, const char *begin)
{
	return !memcmp(begin, "II", 2) || !memcmp(begin, "MM", 2) ||
	       g_str_has_suffix(name, ".tif") || g_str_has_suffix(name, ".tiff");
}

static int lint_tiff_file(struct findings *findings, int fd, struct failure *failure)
{
	struct stat st;
	void *data;
	int err = -1;

	if (fstat(fd, &st))
		return fail(failure, EXIT_LATER, "%s", strerror(errno));
	if (st.st_size > LINT_BYTES_MAX)
		return fail(failure, EXIT_LATER, "the TIFF is longer than %u MB",
			    LINT_BYTES_MAX >> 20);
	data = malloc(st.st_size + 1);
	if (!data || pread(fd, data, st.st_size, 0) != st.st_size) {
		fail(failure, EXIT_LATER, "it cannot be read");
	} else {
		lint_tiff(findings, data, st.st_size);
		err = 0;
	}
	free(data);
	return err;
}

/* Returns the exit code. */
static int lint_file(const char *name, int fd)
{
	struct findings findings = { .name = name };
	struct failure failure = { 0 };
	char begin[2] = "";
	int err;

	if (pread(fd, begin, 2, 0) < 0)
		err = fail(&failure, EXIT_LATER, "%s", strerror(errno));
	else if (is_tiff(name, begin))
		err = lint_tiff_file(&findings, fd, &failure);
	else
		err = lint_mail(&findings, fd, &failure);
	if (err) {
		fprintf(stderr, "ifax-lint: %s", name);
		print_line(stderr, ": ", failure.text);
		return 2;
	}
	printf("%s: satisfies %s profile%s\n", name, profile_names(findings.left),
	       findings.left & (findings.left - 1) ? "s" : "");
	return !findings.left || findings.broken;
}

static int open_files(char **names, int count, int fds[FILES_MAX])
{
	for (int i = 0; i < count; i++) {
		fds[i] = open(names[i], O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fds[i] < 0) {
			fprintf(stderr, "ifax-lint: %s: %s\n", names[i], strerror(errno));
			return -1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct failure failure;
	int fds[FILES_MAX], code = 0;

	if (argc == 2 && !strcmp(argv[1], "--help")) {
		fputs(usage, stdout);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "--rules")) {
		print_rules();
		return 0;
	}
	if (argc < 2 || argc > FILES_MAX + 1 || argv[1][0] == '-') {
		fputs(usage, stderr);
		return 2;
	}
	if (open_files(argv + 1, argc - 1, fds))
		return 2;
	g_mime_init();
	if (sandbox_enter(&failure)) {
		fprintf(stderr, "ifax-lint: %s\n", failure.text);
		return 2;
	}
	for (int i = 0; i < argc - 1; i++) {
		int file = lint_file(argv[i + 1], fds[i]);

		if (file > code)
			code = file;
	}
	return code;
}
