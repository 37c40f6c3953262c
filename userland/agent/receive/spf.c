// SPDX-License-Identifier: GPL-2.0
/*
 * spf: whether a client may send mail for a domain (Sender Policy Framework, RFC 7208)
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "log.h"
#include "net/resolver.h"
#include "spf.h"
#include "station.h"
#include "worker.h"

#define QUESTIONS_MAX	100
#define ANSWER_BYTES	16384	/* fits into an empty pipe */

/**
 * struct spf_check - a sender that is judged
 * @answers: the worker reads them
 * @wants_v6: of the addresses that are looked up
 * @questions: so far
 * @answer: that is being made
 * @answer_bytes: of it
 */
struct spf_check {
	struct station *station;
	struct worker *worker;
	struct resolver_query *query;
	struct event *deadline;
	void (*done)(void *arg, enum spf_result result);
	void *arg;
	int answers;
	bool wants_v6;
	unsigned int questions;
	char answer[ANSWER_BYTES];
	size_t answer_bytes;
};

static const char * const names[SPF_CHECK_RESULTS] = {
	[SPF_CHECK_NONE] = "none",
	[SPF_CHECK_NEUTRAL] = "neutral",
	[SPF_CHECK_PASS] = "pass",
	[SPF_CHECK_FAIL] = "fail",
	[SPF_CHECK_SOFTFAIL] = "softfail",
	[SPF_CHECK_TEMPERROR] = "temperror",
	[SPF_CHECK_PERMERROR] = "permerror",
};

const char *spf_name(enum spf_result result)
{
	return names[result];
}

/* Answers */

/* A line; one for which there is no room is left out. */
static void put(struct spf_check *check, const char *text)
{
	size_t len = strlen(text);

	if (len + 3 > sizeof(check->answer) - check->answer_bytes)
		return;
	memcpy(check->answer + check->answer_bytes, text, len);
	check->answer_bytes += len;
	check->answer[check->answer_bytes++] = '\n';
}

static void begin_answer(struct spf_check *check, enum resolver_result result)
{
	static const char * const words[] = {
		[RESOLVER_FOUND] = "found", [RESOLVER_NOTHING] = "nothing",
		[RESOLVER_NO_NAME] = "unknown", [RESOLVER_FAILED] = "failed",
	};

	check->query = NULL;
	check->answer_bytes = 0;
	put(check, words[result]);
}

static void send_answer(struct spf_check *check)
{
	memcpy(check->answer + check->answer_bytes, ".\n", 2);
	check->answer_bytes += 2;
	/* it has read all that was before: there is room */
	if (write(check->answers, check->answer, check->answer_bytes) !=
	    (ssize_t)check->answer_bytes)
		worker_stop(check->worker);
}

static void put_word(struct spf_check *check, const char *text)
{
	/* what is no text in ASCII is no record of ours, and no name */
	for (const char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			return;
	if (strcmp(text, "."))
		put(check, text);
}

static void on_texts(void *arg, enum resolver_result result, char *const *text, size_t count,
		     const char *why)
{
	struct spf_check *check = arg;

	begin_answer(check, result);
	for (size_t i = 0; i < count; i++)
		put_word(check, text[i]);
	send_answer(check);
}

static void on_exchangers(void *arg, enum resolver_result result, const struct mail_exchanger *mx,
			  size_t count, const char *why)
{
	struct spf_check *check = arg;

	begin_answer(check, result);
	for (size_t i = 0; i < count; i++)
		put_word(check, mx[i].host);
	send_answer(check);
}

static void on_addresses(void *arg, enum resolver_result result, struct addrinfo *addresses,
			 const char *why)
{
	struct spf_check *check = arg;
	char text[INET6_ADDRSTRLEN];

	begin_answer(check, result);
	for (const struct addrinfo *at = addresses; at; at = at->ai_next) {
		const void *bytes = at->ai_family == AF_INET6 ?
			(void *)&((struct sockaddr_in6 *)at->ai_addr)->sin6_addr :
			(void *)&((struct sockaddr_in *)at->ai_addr)->sin_addr;

		if ((at->ai_family == AF_INET6) == check->wants_v6 &&
		    inet_ntop(at->ai_family, bytes, text, sizeof(text)))
			put(check, text);
	}
	resolver_free_addresses(addresses);
	send_answer(check);
}

/* Questions */

static void ask(struct spf_check *check, const char *type, const char *name)
{
	struct resolver *resolver = check->station->resolver;

	if (!strcmp(type, "TXT"))
		check->query = resolver_texts(resolver, name, on_texts, check);
	else if (!strcmp(type, "MX"))
		check->query = resolver_mx(resolver, name, on_exchangers, check);
	else if (!strcmp(type, "PTR"))
		check->query = resolver_names(resolver, name, on_texts, check);
	else
		check->query = resolver_addresses(resolver, name, 25, on_addresses, check);
	check->wants_v6 = !strcmp(type, "AAAA");
	if (!check->query) {
		begin_answer(check, RESOLVER_FAILED);
		send_answer(check);
	}
}

static void on_line(void *arg, const char *line)
{
	char type[8], name[256], more;
	struct spf_check *check = arg;

	if (check->query || strncmp(line, "ask ", 4))
		return;
	if (sscanf(line, "ask %7[A-Z] %255[!-~]%c", type, name, &more) == 2 &&
	    check->questions++ < QUESTIONS_MAX)
		ask(check, type, name);
	else
		worker_stop(check->worker);
}

/* The end */

static void free_check(struct spf_check *check)
{
	resolver_cancel(check->query);
	if (check->deadline)
		event_free(check->deadline);
	if (check->answers >= 0)
		close(check->answers);
	free(check);
}

/* What makes its reader crash is the domain's doing. */
static enum spf_result judge(enum worker_end end, const char *text)
{
	if (end == WORKER_CRASHED)
		return SPF_CHECK_PERMERROR;
	for (int i = 0; end == WORKER_DONE && i < SPF_CHECK_RESULTS; i++)
		if (!strncmp(text, "spf=", 4) && !strcmp(text + 4, names[i]))
			return i;
	return SPF_CHECK_TEMPERROR;
}

static void on_ended(void *arg, enum worker_end end, const char *text)
{
	struct spf_check *check = arg;

	check->done(check->arg, judge(end, text));
	free_check(check);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct spf_check *check = arg;

	check->done(check->arg, SPF_CHECK_TEMPERROR);
	spf_check_cancel(check);
}

void spf_check_cancel(struct spf_check *check)
{
	if (!check)
		return;
	worker_stop(check->worker);
	worker_leave(check->worker);
	free_check(check);
}

/* Beginning */

static int write_envelope(const struct station *station, const char *peer, const char *helo,
			  const char *sender)
{
	int fd = memfd_create("spf", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	dprintf(fd, "client=%s\nhelo=%s\nfrom=%s\nhost=%s\n", peer, helo, sender,
		station->config.host_name);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static bool start_worker(struct spf_check *check, int envelope)
{
	struct station *station = check->station;
	char *argv[] = { (char *)station->config.spf_worker, NULL };
	struct worker_task task = {
		.argv = argv, .stdin_fd = envelope, .fd = { -1, -1, -1 },
		.deadline_ms = 2 * station->config.smtp_spf_ms,
		.line = on_line, .ended = on_ended, .arg = check,
	};
	int answers[2];

	if (pipe2(answers, O_CLOEXEC))
		return false;
	/* only our end: the worker waits */
	fcntl(answers[1], F_SETFL, O_NONBLOCK);
	check->answers = answers[1];
	task.fd[0] = answers[0];
	check->worker = worker_start(station->base, &task);
	close(answers[0]);
	return check->worker;
}

struct spf_check *spf_check_start(struct station *station, const char *peer, const char *helo,
				  const char *sender,
				  void (*done)(void *arg, enum spf_result result), void *arg)
{
	const long ms = station->config.smtp_spf_ms;
	const struct timeval time = { ms / 1000, ms % 1000 * 1000 };
	struct spf_check *check = calloc(1, sizeof(*check));
	int envelope = check ? write_envelope(station, peer, helo, sender) : -1;

	if (!check)
		return NULL;
	check->station = station;
	check->done = done;
	check->arg = arg;
	check->answers = -1;
	check->deadline = evtimer_new(station->base, on_deadline, check);
	if (envelope >= 0 && check->deadline && !evtimer_add(check->deadline, &time) &&
	    start_worker(check, envelope)) {
		close(envelope);
		return check;
	}
	if (envelope >= 0)
		close(envelope);
	free_check(check);
	return NULL;
}

/* The header */

/* A quoted-string of RFC 5322 */
static void quote(const char *text, char *quoted, size_t bytes)
{
	size_t used = 0;

	quoted[used++] = '"';
	for (; *text && used + 4 < bytes; text++) {
		if (*text == '"' || *text == '\\')
			quoted[used++] = '\\';
		quoted[used++] = *text;
	}
	quoted[used++] = '"';
	quoted[used] = '\0';
}

size_t spf_header(enum spf_result result, const char *host, const char *peer, const char *helo,
		  const char *sender, char *line, size_t bytes)
{
	char from[700], name[600];
	int len;

	quote(sender, from, sizeof(from));
	quote(helo, name, sizeof(name));
	len = snprintf(line, bytes, "Received-SPF: %s client-ip=%s;\r\n\tenvelope-from=%s;\r\n"
		       "\thelo=%s; identity=%s;\r\n\treceiver=%s\r\n", names[result], peer, from,
		       name, *sender ? "mailfrom" : "helo", host);
	return len > 0 && (size_t)len < bytes ? (size_t)len : 0;
}
