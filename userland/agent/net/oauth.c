// SPDX-License-Identifier: GPL-2.0
/*
 * oauth: access tokens of providers: those that are kept, and fresh ones (ifax-token)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "oauth.h"
#include "secret_file.h"
#include "store/jobs.h"
#include "token_file.h"
#include "worker.h"

#define REFRESH_MS	90000

bool oauth_token(const struct config_oauth *oauth, char *text, size_t bytes, bool *fresh,
		 char *reason, size_t reason_bytes)
{
	struct token token;
	bool good = token_read(oauth->token_file, &token, reason, reason_bytes);

	if (good) {
		snprintf(text, bytes, "%s", token.access);
		*fresh = token_is_good(&token, now_ms());
	}
	explicit_bzero(&token, sizeof(token));
	return good;
}

/* Values on lines of their own, as ifax-token takes them; -1: @reason tells why not. */
static int values(const struct config_oauth *oauth, const char *action, const char *refused,
		  char *reason, size_t bytes)
{
	char secret[256] = "";
	int fd;

	if (oauth->client_secret_file &&
	    !secret_file_line(oauth->client_secret_file, secret, sizeof(secret), reason, bytes))
		return -1;
	snprintf(reason, bytes, "out of memory");
	fd = memfd_create("oauth", MFD_CLOEXEC);
	if (fd >= 0) {
		dprintf(fd, "action=%s\ntoken_url=%s\ndevice_url=%s\nclient_id=%s\n", action,
			oauth->token_url, oauth->device_url, oauth->client_id);
		dprintf(fd, "client_secret=%s\nscope=%s\nfile=%s\nrefused=%s\n", secret,
			oauth->scope, oauth->token_file, refused);
		lseek(fd, 0, SEEK_SET);
	}
	explicit_bzero(secret, sizeof(secret));
	return fd;
}

struct worker *oauth_refresh(struct event_base *base, const struct config_oauth *oauth,
			     const char *refused,
			     void (*ended)(void *arg, enum worker_end end, const char *text),
			     void *arg)
{
	char *argv[] = { (char *)oauth->worker, NULL };
	struct worker_task task = {
		.argv = argv, .fd = { -1, -1, -1 }, .deadline_ms = REFRESH_MS,
		.ended = ended, .arg = arg,
	};
	struct worker *worker;
	char reason[512];

	task.stdin_fd = values(oauth, "refresh", refused ? refused : "", reason,
			       sizeof(reason));
	if (task.stdin_fd < 0) {
		log_event(LOG_ERR, "oauth.refresh account=%s error=%s", oauth->title, reason);
		return NULL;
	}
	worker = worker_start(base, &task);
	close(task.stdin_fd);
	return worker;
}

void oauth_authorise(const struct config_oauth *oauth)
{
	char reason[512];
	int fd = values(oauth, "authorise", "", reason, sizeof(reason));

	if (fd < 0) {
		fprintf(stderr, "ifaxd: %s\n", reason);
		return;
	}
	dup2(fd, STDIN_FILENO);
	execlp(oauth->worker, oauth->worker, NULL);
	perror(oauth->worker);
}
