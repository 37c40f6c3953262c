// SPDX-License-Identifier: GPL-2.0
/*
 * signature: whether the domain of its author signed a mail (DKIM, RFC 6376)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "net/resolver.h"
#include "signature.h"
#include "station.h"
#include "worker.h"

#define KEYS_MAX	5	/* as many as the worker looks at */
#define NAME_BYTES	320

/**
 * struct key - a key that the worker asked for
 * @text: its record; "": there is none
 */
struct key {
	char name[NAME_BYTES];
	char text[TEXT_BYTES_MAX + 1];
};

/**
 * struct signature - a mail being checked
 * @asked: keys that name servers were asked for
 */
struct signature {
	struct station *station;
	char message_file[SPOOL_NAME_BYTES];
	void (*done)(void *arg, bool is_signed);
	void *arg;
	struct worker *worker;
	struct resolver_query *query;
	struct key key[KEYS_MAX];
	size_t keys;
	size_t asked;
};

void signature_cancel(struct signature *signature)
{
	if (!signature)
		return;
	if (signature->worker)
		worker_stop(signature->worker);
	worker_leave(signature->worker);
	resolver_cancel(signature->query);
	free(signature);
}

static void finish(struct signature *signature, bool is_signed)
{
	void (*done)(void *arg, bool is_signed) = signature->done;
	void *arg = signature->arg;

	signature_cancel(signature);
	done(arg, is_signed);
}

static bool start_worker(struct signature *signature);

/* The keys, one after the other; then the worker has all that can be had. */
static bool ask_next(struct signature *signature);

static void on_texts(void *arg, enum resolver_result result, char *const *text, size_t count,
		     const char *why)
{
	struct signature *signature = arg;
	struct key *key = &signature->key[signature->asked++];

	signature->query = NULL;
	/* several records are none: RFC 6376, 3.6.2.2, leaves it open which would count */
	if (count == 1)
		snprintf(key->text, sizeof(key->text), "%s", text[0]);
	else
		log_event(LOG_NOTICE, "signature.key name=%s error=%s", key->name,
			  count ? "it has several records" : why);
	if (!ask_next(signature))
		finish(signature, false);
}

static bool ask_next(struct signature *signature)
{
	if (signature->asked == signature->keys)
		return start_worker(signature);
	signature->query = resolver_texts(signature->station->resolver,
					  signature->key[signature->asked].name, on_texts,
					  signature);
	return signature->query;
}

static bool is_name(const char *name)
{
	return *name && strlen(name) < NAME_BYTES && strlen(name) < 256 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
	       strlen(name);
}

static void on_line(void *arg, const char *line)
{
	struct signature *signature = arg;
	const char *name = line + strlen("need=");

	if (!strncmp(line, "note=", 5))
		log_event(LOG_NOTICE, "signature.note text=%s", line + 5);
	if (strncmp(line, "need=", 5) || signature->keys == KEYS_MAX || !is_name(name))
		return;
	for (size_t i = 0; i < signature->keys; i++)
		if (!strcmp(signature->key[i].name, name))
			return;
	strcpy(signature->key[signature->keys++].name, name);
}

static void on_checked(void *arg, enum worker_end end, const char *text)
{
	struct signature *signature = arg;
	bool is_signed = end == WORKER_DONE && worker_number(text, "signed") == 1;

	signature->worker = NULL;
	if (end == WORKER_DONE && !is_signed && signature->asked < signature->keys) {
		if (!ask_next(signature))
			finish(signature, false);
		return;
	}
	if (end != WORKER_DONE)
		log_event(LOG_WARNING, "signature.failed error=%s", text);
	finish(signature, is_signed);
}

static int write_keys(const struct signature *signature)
{
	int fd = memfd_create("keys", MFD_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < signature->asked; i++) {
		char text[TEXT_BYTES_MAX + 1];

		/* a record is a line here */
		snprintf(text, sizeof(text), "%s", signature->key[i].text);
		for (char *c = text; *c; c++)
			if ((unsigned char)*c < ' ')
				*c = ' ';
		/* and a longer one is no key */
		dprintf(fd, "key=%s %.3700s\n", signature->key[i].name, text);
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static bool start_worker(struct signature *signature)
{
	struct station *station = signature->station;
	char *argv[] = { (char *)station->config.message_worker, "signed", NULL };
	struct worker_task task = {
		.argv = argv, .stdin_fd = write_keys(signature), .fd = { -1, -1, -1 },
		.deadline_ms = station->config.limits.worker_ms,
		.line = on_line, .ended = on_checked, .arg = signature,
	};

	if (task.stdin_fd < 0)
		return false;
	task.fd[0] = spool_open_file(&station->spool, SPOOL_MESSAGE, signature->message_file,
				     O_RDONLY);
	if (task.fd[0] >= 0) {
		signature->worker = worker_start(station->base, &task);
		close(task.fd[0]);
	}
	close(task.stdin_fd);
	return signature->worker;
}

struct signature *signature_start(struct station *station, const char *message_file,
				  void (*done)(void *arg, bool is_signed), void *arg)
{
	struct signature *signature = calloc(1, sizeof(*signature));

	if (!signature)
		return NULL;
	*signature = (struct signature){ .station = station, .done = done, .arg = arg };
	snprintf(signature->message_file, sizeof(signature->message_file), "%s", message_file);
	if (start_worker(signature))
		return signature;
	free(signature);
	return NULL;
}
