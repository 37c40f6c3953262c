// SPDX-License-Identifier: GPL-2.0
/*
 * watch [SCANNER]: waits until a document lies in the feeder, scans it, and
 * tells how its pages ended
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <libifax.h>

static int check(const char *what, int err)
{
	if (err < 0) {
		fprintf(stderr, "%s: %s\n", what, ifax_error_text(err));
		exit(1);
	}
	return err;
}

/* The feeder may have been filled before anybody listened */
static bool has_document(const char *scanner)
{
	struct ifax_control *control;
	struct ifax_device device;

	check("control", ifax_control_open(&control));
	check(scanner, ifax_get_device(control, scanner, &device));
	ifax_control_close(control);
	return device.state & IFAX_STATE_DOCUMENT;
}

static void wait_for_document(struct ifax_events *events, const char *scanner)
{
	struct pollfd came = { .fd = ifax_events_fd(events), .events = POLLIN };
	struct ifax_event event;
	int err;

	while (!has_document(scanner)) {
		if (poll(&came, 1, -1) < 0)
			check("poll", -errno);
		while ((err = ifax_next_event(events, &event)) != -EAGAIN)
			if (err != -ENOBUFS)
				check("events", err);
	}
}

static int count(void *context, const void *data, size_t bytes)
{
	size_t *total = context;

	*total += bytes;
	return 0;
}

int main(int argc, char **argv)
{
	const char *scanner = argc > 1 ? argv[1] : "scan0";
	struct ifax_page_record record;
	struct ifax_events *events;
	size_t total = 0;
	int fd;

	check("events", ifax_events_open(&events, IFAX_LISTEN_EVENTS));
	wait_for_document(events, scanner);
	fd = check(scanner, ifax_open_scanner(scanner, 0));
	do {
		check(scanner, ifax_scan_page(fd, count, &total, &record));
		printf("page %u: %s, %u lines\n", record.seq,
		       ifax_page_status_text(record.status), record.lines);
	} while (record.status == IFAX_PAGE_OK && record.flags & IFAX_PAGE_MORE);
	printf("%zu bytes\n", total);
	close(fd);
	ifax_events_close(events);
	return record.status != IFAX_PAGE_OK;
}
