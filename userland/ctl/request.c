// SPDX-License-Identifier: GPL-2.0
/*
 * request: a question to the daemon and its answer
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"

#define ANSWER_S		120
#define REQUEST_BYTES_MAX	65535	/* the daemon takes no longer line */

static FILE *connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { ANSWER_S, 0 };
	FILE *stream;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	/* it answers when what it says is on disk, or not at all */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return NULL;
	}
	stream = fdopen(fd, "r+");
	if (!stream)
		close(fd);
	return stream;
}

static json_t *exchange(FILE *stream, json_t *question)
{
	json_t *answer = NULL;
	char *line = NULL;
	size_t bytes = 0;

	if (!json_dumpf(question, stream, JSON_COMPACT) && fputc('\n', stream) != EOF &&
	    !fflush(stream) && getline(&line, &bytes, stream) > 0)
		answer = json_loads(line, 0, NULL);
	free(line);
	return answer;
}

enum exit_code request(const char *socket, json_t *question, json_t **answer)
{
	const char *error;
	FILE *stream;

	*answer = NULL;
	if (!question)
		return bad_usage("an argument is not UTF-8");
	if (json_dumpb(question, NULL, 0, JSON_COMPACT) >= REQUEST_BYTES_MAX) {
		fputs("ifax: this is longer than the 64 KiB that a request may have\n", stderr);
		json_decref(question);
		return EXIT_FAILED;
	}
	stream = connect_to(socket);
	if (!stream) {
		fprintf(stderr, "ifax: cannot reach the daemon at %s: %s\n", socket,
			strerror(errno));
		json_decref(question);
		return EXIT_UNREACHABLE;
	}
	*answer = exchange(stream, question);
	fclose(stream);
	json_decref(question);
	if (!json_is_object(*answer)) {
		fprintf(stderr, "ifax: the daemon at %s gave no answer\n", socket);
		json_decref(*answer);
		*answer = NULL;
		return EXIT_UNREACHABLE;
	}
	if (json_is_true(json_object_get(*answer, "ok")))
		return EXIT_GOOD;
	error = json_string_value(json_object_get(*answer, "error"));
	fprintf(stderr, "ifax: %s\n", error ? error : "the daemon refused");
	json_decref(*answer);
	*answer = NULL;
	return EXIT_FAILED;
}
