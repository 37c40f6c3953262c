// SPDX-License-Identifier: GPL-2.0
/*
 * worker: a short-lived process that does what the daemon must not do itself
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "worker.h"

#define LINE_BYTES_MAX	4096

struct worker {
	struct worker_task task;
	char *program;
	pid_t pid;
	int pid_fd;
	int stdout_fd;
	struct event *exited;
	struct event *readable;
	struct event *deadline;
	bool overdue;
	size_t used;
	char line[LINE_BYTES_MAX];
	char last[LINE_BYTES_MAX];
};

/* Processes that were left: they are children of ours all the same, and are zombies until asked */
static pid_t *left;
static size_t left_items;

static void bury_left(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < left_items; i++)
		if (!waitpid(left[i], NULL, WNOHANG))
			left[kept++] = left[i];
	left_items = kept;
}

/* Without memory it stays a zombie: that is all. */
static void remember_left(pid_t pid)
{
	pid_t *items = reallocarray(left, left_items + 1, sizeof(*left));

	if (!items)
		return;
	left = items;
	left[left_items++] = pid;
}

static void finish_line(struct worker *worker)
{
	worker->line[worker->used] = 0;
	worker->used = 0;
	strcpy(worker->last, worker->line);
	if (worker->task.line)
		worker->task.line(worker->task.arg, worker->last);
}

static void take_bytes(struct worker *worker, const char *bytes, size_t count)
{
	for (; count; bytes++, count--) {
		if (*bytes == '\n')
			finish_line(worker);
		else if (worker->used < LINE_BYTES_MAX - 1)
			worker->line[worker->used++] = *bytes;
	}
}

static ssize_t read_some(struct worker *worker)
{
	char bytes[4096];
	ssize_t n = read(worker->stdout_fd, bytes, sizeof(bytes));

	if (n > 0)
		take_bytes(worker, bytes, n);
	return n;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	if (read_some(worker) == 0)
		event_del(worker->readable);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;

	worker->overdue = true;
	kill(-worker->pid, SIGKILL);
}

static const char *skip_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(text, word, length) || (text[length] && text[length] != ' '))
		return NULL;
	return text + length + (text[length] == ' ');
}

/* What the exit status and the last line say together. */
static enum worker_end judge(struct worker *worker, int status, char *text, size_t bytes)
{
	const char *ok = skip_word(worker->last, "ok");
	const char *error = skip_word(worker->last, "error");
	const char *name = worker->program;

	if (worker->overdue) {
		snprintf(text, bytes, "%s took longer than %ld ms", name, worker->task.deadline_ms);
		return WORKER_CRASHED;
	}
	if (WIFSIGNALED(status)) {
		snprintf(text, bytes, "%s was killed by signal %d (%s)", name, WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
		return WORKER_CRASHED;
	}
	snprintf(text, bytes, "%s", ok ? ok : error ? error : worker->last);
	if (WEXITSTATUS(status) == 0 && ok)
		return WORKER_DONE;
	if (WEXITSTATUS(status) == 1 && error)
		return WORKER_REFUSED;
	if (WEXITSTATUS(status) == 2 && error)
		return WORKER_AGAIN;
	snprintf(text, bytes, "%s ended with status %d and said: %s", name, WEXITSTATUS(status),
		 *worker->last ? worker->last : "nothing");
	return WORKER_CRASHED;
}

static void free_worker(struct worker *worker)
{
	if (worker->exited)
		event_free(worker->exited);
	if (worker->readable)
		event_free(worker->readable);
	if (worker->deadline)
		event_free(worker->deadline);
	if (worker->stdout_fd >= 0)
		close(worker->stdout_fd);
	if (worker->pid_fd >= 0)
		close(worker->pid_fd);
	free(worker->program);
	free(worker);
}

static void on_exit_of(evutil_socket_t fd, short what, void *arg)
{
	struct worker *worker = arg;
	char text[LINE_BYTES_MAX + 128];
	enum worker_end end;
	int status;

	if (waitpid(worker->pid, &status, WNOHANG) != worker->pid)
		return;
	while (read_some(worker) > 0)
		;
	if (worker->used)
		finish_line(worker);
	end = judge(worker, status, text, sizeof(text));
	log_event(end == WORKER_DONE ? LOG_INFO : LOG_WARNING,
		  "worker.end program=%s pid=%d text=%s", worker->program, (int)worker->pid, text);
	worker->task.ended(worker->task.arg, end, text);
	free_worker(worker);
}

/*
 * The child's descriptors may collide with those it is given: they are copied
 * above all targets first.
 */
static int high_copy(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, WORKER_FD_FIRST + WORKER_FDS);
}

static int spawn(const struct worker_task *task, int out, pid_t *pid)
{
	static char language[] = "LANG=C.UTF-8";
	char path[4096];
	char *environment[] = { path, language, NULL };
	int given[WORKER_FDS + 2];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int err;

	snprintf(path, sizeof(path), "PATH=%s", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
				 POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	given[0] = high_copy(task->stdin_fd);
	given[1] = high_copy(out);
	if (given[0] >= 0)
		posix_spawn_file_actions_adddup2(&actions, given[0], 0);
	else
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, given[1], 1);
	for (int i = 0; i < WORKER_FDS; i++) {
		given[i + 2] = high_copy(task->fd[i]);
		if (given[i + 2] >= 0)
			posix_spawn_file_actions_adddup2(&actions, given[i + 2],
							 WORKER_FD_FIRST + i);
	}
	err = posix_spawnp(pid, task->argv[0], &actions, &attributes, task->argv, environment);
	for (int i = 0; i < WORKER_FDS + 2; i++)
		if (given[i] >= 0)
			close(given[i]);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

static bool watch(struct worker *worker, struct event_base *base)
{
	long ms = worker->task.deadline_ms;
	struct timeval deadline = { ms / 1000, ms % 1000 * 1000 };

	worker->pid_fd = pidfd_open(worker->pid, 0);
	if (worker->pid_fd < 0)
		return false;
	worker->exited = event_new(base, worker->pid_fd, EV_READ | EV_PERSIST, on_exit_of, worker);
	worker->readable = event_new(base, worker->stdout_fd, EV_READ | EV_PERSIST, on_readable,
				     worker);
	worker->deadline = evtimer_new(base, on_deadline, worker);
	return worker->exited && worker->readable && worker->deadline &&
	       !event_add(worker->exited, NULL) && !event_add(worker->readable, NULL) &&
	       (!ms || !event_add(worker->deadline, &deadline));
}

struct worker *worker_start(struct event_base *base, const struct worker_task *task)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int out[2];
	int err;

	bury_left();
	if (!worker)
		return NULL;
	worker->task = *task;
	worker->pid_fd = -1;
	worker->stdout_fd = -1;
	worker->program = strdup(task->argv[0]);
	if (!worker->program || pipe2(out, O_CLOEXEC)) {
		err = errno;
		goto free;
	}
	/* only our end: the worker may block */
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	worker->stdout_fd = out[0];
	err = spawn(task, out[1], &worker->pid);
	close(out[1]);
	if (err)
		goto free;
	if (!watch(worker, base)) {
		err = errno ? errno : ENOMEM;
		kill(-worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, 0);
		goto free;
	}
	return worker;

free:
	log_event(LOG_ERR, "worker.start program=%s error=%s", task->argv[0], strerror(err));
	free_worker(worker);
	errno = err;
	return NULL;
}

void worker_stop(struct worker *worker)
{
	kill(-worker->pid, SIGTERM);
}

void worker_leave(struct worker *worker)
{
	if (!worker)
		return;
	remember_left(worker->pid);
	free_worker(worker);
}

long long worker_number(const char *line, const char *key)
{
	size_t length = strlen(key);

	for (const char *at = line; (at = strstr(at, key)); at += length)
		if (at[length] == '=' && (at == line || at[-1] == ' '))
			return strtoll(at + length + 1, NULL, 10);
	return 0;
}
