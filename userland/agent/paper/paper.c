// SPDX-License-Identifier: GPL-2.0
/*
 * paper: the progress file of a paper worker
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "paper.h"

int paper_open(struct spool *spool, const char *name)
{
	int fd = spool_open_file(spool, SPOOL_PROGRESS, name, O_RDWR | O_CREAT | O_APPEND);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		int err = errno == EWOULDBLOCK ? -EBUSY : -errno;

		close(fd);
		return err;
	}
	return fd;
}

bool paper_settled(const struct spool *spool)
{
	return spool->names[SPOOL_PROGRESS] == SPOOL_NAMES_SYNCED &&
	       spool->names[SPOOL_PAGE] == SPOOL_NAMES_SYNCED;
}

int paper_replay(int fd, void (*line)(void *arg, const char *line), void *arg)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
	char text[4096];
	int ok = 0;

	if (!file) {
		if (copy >= 0)
			close(copy);
		return -ENOMEM;
	}
	rewind(file);
	while (fgets(text, sizeof(text), file)) {
		char *end = strchr(text, '\n');

		/* a line that a power cut tore is no line */
		if (!end)
			break;
		*end = 0;
		ok = !strcmp(text, "ok") || !strncmp(text, "ok ", 3);
		line(arg, text);
	}
	if (ferror(file))
		ok = -EIO;
	fclose(file);
	return ok;
}
