// SPDX-License-Identifier: GPL-2.0
/*
 * lookup: the addresses of a host, by a thread that may block
 *
 * The answer travels through a pipe as a pointer: who reads it owns it. If
 * nobody will read it any more, the write fails and the thread frees it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookup.h"

struct lookup {
	int answer_fd;
	char host[256];
	char port[8];
	struct addrinfo *addresses;
	int err;
};

static void *look_up(void *arg)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct lookup *lookup = arg;
	int fd = lookup->answer_fd;

	lookup->err = getaddrinfo(lookup->host, lookup->port, &hints, &lookup->addresses);
	if (write(fd, &lookup, sizeof(lookup)) != sizeof(lookup)) {
		if (!lookup->err)
			freeaddrinfo(lookup->addresses);
		free(lookup);
	}
	close(fd);
	return NULL;
}

static int start_thread(struct lookup *lookup)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int err;

	/* signals are the event loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	err = pthread_create(&thread, &attributes, look_up, lookup);
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int lookup_start(const char *host, unsigned int port)
{
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	int fd[2];
	int err;

	if (!lookup)
		return -ENOMEM;
	if (pipe2(fd, O_CLOEXEC)) {
		err = -errno;
		goto free;
	}
	lookup->answer_fd = fd[1];
	snprintf(lookup->host, sizeof(lookup->host), "%s", host);
	snprintf(lookup->port, sizeof(lookup->port), "%u", port);
	err = start_thread(lookup);
	if (!err)
		return fd[0];
	close(fd[0]);
	close(fd[1]);
free:
	free(lookup);
	return err;
}

int lookup_take(int fd, struct addrinfo **addresses)
{
	struct lookup *lookup = NULL;
	int err = EAI_AGAIN;

	*addresses = NULL;
	if (read(fd, &lookup, sizeof(lookup)) == sizeof(lookup)) {
		err = lookup->err;
		*addresses = lookup->addresses;
		free(lookup);
	}
	close(fd);
	return err;
}
