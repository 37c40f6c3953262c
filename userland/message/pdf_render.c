// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "halftone.h"
#include "pdf_render.h"

/*
 * Sizes in a PDF are rounded, and pdftoppm rounds pixels up: what was 200 lines would be
 * 201. So much less than one pixel in a page is nothing to see.
 */
#define LESS_DPI	0.004

/* What the process that helps says */
enum answer { ANSWER_DONE = 'd', ANSWER_REFUSED = 'r', ANSWER_LIMIT = 'l', ANSWER_MISSING = 'm' };

#define EXIT_MISSING	127

/* ---- confining pdftoppm ---- */

static bool set_limit(int resource, rlim_t limit)
{
	struct rlimit both = { limit, limit };

	return !setrlimit(resource, &both);
}

static bool set_limits(void)
{
	return set_limit(RLIMIT_AS, PDF_MEMORY_BYTES) && set_limit(RLIMIT_CPU, PDF_CPU_S) &&
	       set_limit(RLIMIT_FSIZE, PDF_FILE_BYTES) && set_limit(RLIMIT_CORE, 0);
}

#define READING	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
		 LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
		 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
		 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | \
		 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
		 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Programs, libraries and fonts can be read; no other file, and none written. */
static bool confine_files(void)
{
	static const char * const readable[] = {
		"/usr", "/lib", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/etc/poppler",
		"/var/cache/fontconfig",
	};
	struct landlock_ruleset_attr ruleset = { .handled_access_fs = READING | WRITING };
	int fd = syscall(SYS_landlock_create_ruleset, &ruleset, sizeof(ruleset), 0);
	bool good = true;

	/* a kernel without it: the other walls must do */
	if (fd < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP;
	for (size_t i = 0; good && i < sizeof(readable) / sizeof(*readable); i++) {
		struct landlock_path_beneath_attr rule = {
			.allowed_access = READING,
			.parent_fd = open(readable[i], O_PATH | O_CLOEXEC),
		};

		if (rule.parent_fd < 0)
			continue;
		if (!strncmp(readable[i], "/etc/ld", 7))
			rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
		good = !syscall(SYS_landlock_add_rule, fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
		close(rule.parent_fd);
	}
	good = good && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return good;
}

/* No network, no other processes. */
static bool confine_calls(void)
{
	static const int forbidden[] = {
		SCMP_SYS(socket), SCMP_SYS(socketpair), SCMP_SYS(connect), SCMP_SYS(bind),
		SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(kill), SCMP_SYS(tkill),
		SCMP_SYS(pidfd_open), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(io_uring_setup),
		SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(keyctl),
		SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(unshare), SCMP_SYS(setns),
		SCMP_SYS(mount), SCMP_SYS(open_by_handle_at),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int err = filter ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < sizeof(forbidden) / sizeof(*forbidden); i++)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
	err = err ?: seccomp_load(filter);
	seccomp_release(filter);
	return !err;
}

/* Returns only if the program is not there. */
static void run_program(int pdf_fd, int pictures_fd)
{
	char last[16], x_dpi[16], y_dpi[16];
	char *const argv[] = {
		"pdftoppm", "-gray", "-aa", "no", "-aaVector", "no", "-cropbox",
		"-rx", x_dpi, "-ry", y_dpi, "-l", last, "-", NULL,
	};
	static char *const environment[] = { "LANG=C.UTF-8", "HOME=/nonexistent", NULL };
	int null = open("/dev/null", O_WRONLY);

	snprintf(x_dpi, sizeof(x_dpi), "%.3f", SHEET_X_DPI - LESS_DPI);
	snprintf(y_dpi, sizeof(y_dpi), "%.3f", SHEET_Y_DPI - LESS_DPI);
	/* one more than may be: so that too many can be told */
	snprintf(last, sizeof(last), "%d", PDF_PAGES_MAX + 1);
	if (lseek(pdf_fd, 0, SEEK_SET) || ftruncate(pictures_fd, 0) ||
	    lseek(pictures_fd, 0, SEEK_SET) || dup2(pdf_fd, 0) < 0 || dup2(pictures_fd, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(1);
	closefrom(3);
	signal(SIGXFSZ, SIG_DFL);
	if (!set_limits() || !confine_files() || !confine_calls())
		_exit(1);
	execvpe(argv[0], argv, environment);
}

static enum answer render(int pdf_fd, int pictures_fd)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		run_program(pdf_fd, pictures_fd);
		_exit(EXIT_MISSING);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || WIFSIGNALED(status))
		return ANSWER_LIMIT;
	if (WEXITSTATUS(status) == EXIT_MISSING)
		return ANSWER_MISSING;
	return WEXITSTATUS(status) ? ANSWER_REFUSED : ANSWER_DONE;
}

/* The process that helps: a byte asks, a byte answers. */
static void serve(int fd, int pdf_fd, int pictures_fd)
{
	char byte;

	while (read(fd, &byte, 1) == 1) {
		byte = render(pdf_fd, pictures_fd);
		if (write(fd, &byte, 1) != 1)
			break;
	}
	_exit(0);
}

int pdf_renderer_start(struct pdf_renderer *renderer, int pdf_fd, struct failure *failure)
{
	int ends[2];
	pid_t pid;

	renderer->pictures = tmpfile();
	if (!renderer->pictures || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return fail(failure, EXIT_LATER, "cannot prepare for PDF: %s", strerror(errno));
	renderer->fd = ends[0];
	pid = fork();
	if (!pid) {
		/* whoever waits for our parent's output does not wait for us */
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		close(ends[0]);
		serve(ends[1], pdf_fd, fileno(renderer->pictures));
	}
	close(ends[1]);
	if (pid < 0)
		return fail(failure, EXIT_LATER, "cannot prepare for PDF: %s", strerror(errno));
	return 0;
}

/* ---- the pages ---- */

/* "P5 WIDTH LINES 255" and one byte; 1, 0 at the end, -1: something else. */
static int read_header(FILE *in, struct halftone_size *size)
{
	unsigned int most;
	int items = fscanf(in, "P5 %7u %7u %3u", &size->width_px, &size->lines, &most);

	if (items == EOF)
		return 0;
	return items == 3 && most == 255 && getc(in) != EOF && size->width_px && size->lines &&
	       (uint64_t)size->width_px * size->lines <= IMAGE_PIXELS_MAX ? 1 : -1;
}

static int print_lines(FILE *in, const struct halftone_size *size, struct page_sink *sink,
		       struct failure *failure)
{
	struct halftone *halftone = halftone_new(size, sink, failure);
	uint8_t *line = malloc(size->width_px);
	int err = halftone ? 0 : -1;

	if (halftone && !line)
		err = fail(failure, EXIT_LATER, "no memory for a page of the PDF");
	for (uint32_t y = 0; !err && y < size->lines; y++) {
		if (fread(line, 1, size->width_px, in) != size->width_px)
			err = fail(failure, EXIT_INPUT, "a page of the PDF is cut off");
		else
			err = halftone_line(halftone, line, failure);
	}
	if (!err)
		err = page_sink_end(sink, halftone_lines(halftone), failure);
	free(line);
	if (halftone)
		halftone_free(halftone);
	return err;
}

static int print_pages(FILE *in, struct page_sink *sink, struct failure *failure)
{
	struct halftone_size size = { .x_dpi = SHEET_X_DPI, .y_dpi = SHEET_Y_DPI };
	unsigned int pages = 0;
	int more, err = 0;

	while (!err && (more = read_header(in, &size)) > 0) {
		if (++pages > PDF_PAGES_MAX)
			err = fail(failure, EXIT_INPUT, "the PDF has more than %d pages",
				   PDF_PAGES_MAX);
		else
			err = print_lines(in, &size, sink, failure);
	}
	if (!err && (more < 0 || !pages))
		err = fail(failure, EXIT_INPUT, "the PDF has no pages that can be printed");
	return err;
}

static int ask(const struct pdf_renderer *renderer, struct failure *failure)
{
	char byte = 'p';

	if (write(renderer->fd, &byte, 1) != 1 || read(renderer->fd, &byte, 1) != 1)
		return fail(failure, EXIT_LATER, "the process that renders PDF is gone");
	switch (byte) {
	case ANSWER_DONE:
		return 0;
	case ANSWER_MISSING:
		return fail(failure, EXIT_INPUT,
			    "PDF cannot be printed here: install pdftoppm (poppler-utils)");
	case ANSWER_LIMIT:
		return fail(failure, EXIT_INPUT,
			    "the PDF takes too much time, memory or room to render");
	default:
		return fail(failure, EXIT_INPUT,
			    "the PDF cannot be rendered: it is damaged, or needs a password");
	}
}

int pdf_print(const struct pdf_renderer *renderer, struct page_sink *sink, struct failure *failure)
{
	if (ask(renderer, failure))
		return -1;
	rewind(renderer->pictures);
	return print_pages(renderer->pictures, sink, failure);
}
