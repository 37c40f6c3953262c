// SPDX-License-Identifier: GPL-2.0
/*
 * ifax devices, ifax monitor: scanners and print engines, how they are and what
 * happens to them
 */
#include <errno.h>
#include <getopt.h>
#include <libifax.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"

#define STATE_TEXT_BYTES	160
#define PAPER_TEXT_BYTES	32

static enum exit_code device_failure(const char *what, int err)
{
	const char *words = ifax_refusal_text();

	fprintf(stderr, "ifax: %s: %s\n", what, *words ? words : ifax_error_text(err));
	return EXIT_FAILED;
}

/* -j and -h are all that these two take */
static enum exit_code take_json(int argc, char **argv, bool *json)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	int c;

	*json = false;
	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		if (c != 'j')
			return other_option(c);
		*json = true;
	}
	return optind == argc ? EXIT_GOOD : bad_usage("this command takes no argument");
}

static const char *kind_name(uint32_t kind)
{
	return kind == IFAX_KIND_SCANNER ? "scanner" : "printer";
}

static json_t *json_state(uint32_t state)
{
	json_t *names = json_array();

	for (uint32_t flag = 1; flag; flag <<= 1)
		if (state & flag && ifax_state_name(flag))
			json_array_append_new(names, json_string(ifax_state_name(flag)));
	return names;
}

static const char *state_text(uint32_t state, char text[STATE_TEXT_BYTES])
{
	char *at = text;

	/* A lamp that is on keeps nobody from anything */
	*text = 0;
	if (!(state & ~IFAX_STATE_LAMP_ON))
		at += snprintf(text, STATE_TEXT_BYTES, "ready");
	for (uint32_t flag = 1; flag; flag <<= 1)
		if (state & flag && ifax_state_name(flag))
			at += snprintf(at, text + STATE_TEXT_BYTES - at, "%s%s",
				       at == text ? "" : ",", ifax_state_name(flag));
	return text;
}

static json_t *json_faults(const struct ifax_counters *counters)
{
	json_t *faults = json_object();

	for (uint32_t status = 0; status < IFAX_STATUS_MAX; status++)
		if (counters->faults[status])
			json_object_set_new(faults, ifax_page_status_text(status),
					    json_integer(counters->faults[status]));
	return faults;
}

static const char *paper_text(const struct ifax_paper_tray *tray, char text[PAPER_TEXT_BYTES])
{
	const char *name = tray->paper ? ifax_paper_name(tray->paper) : NULL;

	if (name)
		snprintf(text, PAPER_TEXT_BYTES, "%s", name);
	else if (tray->x_dmm && tray->y_dmm)
		snprintf(text, PAPER_TEXT_BYTES, "%.1f x %.1f mm", tray->x_dmm / 10.0,
			 tray->y_dmm / 10.0);
	else
		snprintf(text, PAPER_TEXT_BYTES, "unknown size");
	return text;
}

static const char *orientation_text(const struct ifax_paper_tray *tray)
{
	return tray->x_dmm > tray->y_dmm ? "long edge first" : "short edge first";
}

static const char *level_text(const struct ifax_paper_tray *tray)
{
	const char *name = ifax_tray_level_name(tray->level);

	return name ? name : "unknown";
}

static json_t *json_trays(const struct ifax_paper_tray *trays, uint32_t count)
{
	json_t *list = json_array(), *tray;

	for (uint32_t i = 0; i < count; i++) {
		tray = json_pack("{s:i, s:s, s:b}", "number", (int)i, "level",
				 level_text(&trays[i]), "chosen", trays[i].is_chosen);
		if (trays[i].paper && ifax_paper_name(trays[i].paper))
			json_object_set_new(tray, "paper",
					    json_string(ifax_paper_name(trays[i].paper)));
		if (trays[i].x_dmm && trays[i].y_dmm) {
			json_object_set_new(tray, "orientation",
					    json_string(orientation_text(&trays[i])));
			json_object_set_new(tray, "width_mm", json_real(trays[i].x_dmm / 10.0));
			json_object_set_new(tray, "length_mm", json_real(trays[i].y_dmm / 10.0));
		}
		json_array_append_new(list, tray);
	}
	return list;
}

static void tray_text(const struct ifax_paper_tray *tray, uint32_t number)
{
	char text[PAPER_TEXT_BYTES];

	printf("tray %u: %s", number, paper_text(tray, text));
	if (tray->x_dmm && tray->y_dmm)
		printf(", %s", orientation_text(tray));
	printf(", %s", level_text(tray));
}

static json_t *json_device(const struct ifax_device *device)
{
	const struct ifax_counters *counters = &device->counters;

	return json_pack("{s:s, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:b, s:o}",
			 "name", device->name, "kind", kind_name(device->kind),
			 "state", json_state(device->state),
			 "pages_queued", (json_int_t)device->pages_queued,
			 "budget_bytes", (json_int_t)device->budget_bytes,
			 "budget_used_bytes", (json_int_t)device->budget_used_bytes,
			 "pages", (json_int_t)counters->pages,
			 "lines", (json_int_t)counters->lines,
			 "bytes", (json_int_t)counters->bytes,
			 "band_ns_max", (json_int_t)counters->band_ns_max,
			 "pauses", (json_int_t)counters->pauses,
			 "faults", json_faults(counters),
			 "both_sides", device->sides & 1U << IFAX_SIDES_BOTH,
			 "trays", json_trays(device->tray, device->trays));
}

static void show_device(const struct ifax_device *device)
{
	const struct ifax_counters *counters = &device->counters;
	char state[STATE_TEXT_BYTES];

	printf("%-8s  %-7s  %-20s  %6u  %10llu  %8llu  %10llu  %12llu  %8.3f\n", device->name,
	       kind_name(device->kind), state_text(device->state, state), device->pages_queued,
	       (unsigned long long)device->budget_used_bytes >> 10,
	       (unsigned long long)counters->pages, (unsigned long long)counters->lines,
	       (unsigned long long)counters->bytes, counters->band_ns_max / 1e6);
	for (uint32_t status = 0; status < IFAX_STATUS_MAX; status++)
		if (counters->faults[status])
			printf("          %llu pages: %s\n",
			       (unsigned long long)counters->faults[status],
			       ifax_page_status_text(status));
	if (device->sides & 1U << IFAX_SIDES_BOTH)
		puts("          both sides of a sheet");
	for (uint32_t i = 0; i < device->trays; i++) {
		printf("          ");
		tray_text(&device->tray[i], i);
		puts(device->tray[i].is_chosen ? ", chosen last" : "");
	}
}

static void show_devices(const struct ifax_device *devices, int count)
{
	if (!count) {
		puts("no devices");
		return;
	}
	printf("%-8s  %-7s  %-20s  %6s  %10s  %8s  %10s  %12s  %8s\n", "NAME", "KIND", "STATE",
	       "QUEUED", "MEMORY KiB", "PAGES", "LINES", "BYTES", "BAND ms");
	for (int i = 0; i < count; i++)
		show_device(&devices[i]);
}

enum exit_code do_devices(int argc, char **argv)
{
	struct ifax_device *devices = NULL;
	struct ifax_control *control;
	json_t *list;
	bool json;
	enum exit_code code = take_json(argc, argv, &json);
	int count;

	if (code)
		return code;
	count = ifax_control_open(&control);
	if (!count)
		count = ifax_list_devices(control, &devices);
	if (count < 0) {
		ifax_control_close(control);
		return device_failure("devices", count);
	}
	if (json) {
		list = json_array();
		for (int i = 0; i < count; i++)
			json_array_append_new(list, json_device(&devices[i]));
		print_json(list);
		json_decref(list);
	} else {
		show_devices(devices, count);
	}
	free(devices);
	ifax_control_close(control);
	return EXIT_GOOD;
}

/* Monitoring */

static bool is_page_event(const struct ifax_event *event)
{
	return event->what == IFAX_CMD_PAGE_BEGIN_NTF || event->what == IFAX_CMD_PAGE_END_NTF;
}

static const char *coding_text(uint32_t coding)
{
	const char *name = ifax_coding_name(coding);

	return name ? name : "unknown";
}

static void print_event_json(const struct ifax_event *event, const struct timespec *now)
{
	json_t *object = json_pack("{s:I, s:s, s:s, s:s}", "time_ms",
				   (json_int_t)now->tv_sec * 1000 + now->tv_nsec / 1000000,
				   "event", ifax_event_name(event->what), "device", event->device,
				   "kind", kind_name(event->kind));

	if (event->what == IFAX_CMD_STATE_NTF) {
		json_object_set_new(object, "state", json_state(event->state));
		json_object_set_new(object, "changed", json_state(event->changed));
	}
	if (is_page_event(event)) {
		json_object_set_new(object, "page", json_integer(event->page_seq));
		json_object_set_new(object, "coding",
				    json_string(coding_text(event->page_coding)));
		if (event->page_tray >= 0)
			json_object_set_new(object, "tray", json_integer(event->page_tray));
	}
	if (event->what == IFAX_CMD_PAGE_END_NTF) {
		json_object_set_new(object, "ok",
				    json_boolean(event->page_status == IFAX_PAGE_OK));
		json_object_set_new(object, "status",
				    json_string(ifax_page_status_text(event->page_status)));
		json_object_set_new(object, "lines", json_integer(event->page_lines));
		json_object_set_new(object, "bytes", json_integer(event->page_bytes));
		if (event->page_fault_line)
			json_object_set_new(object, "fault_line",
					    json_integer(event->page_fault_line));
	}
	if (event->what == IFAX_CMD_JOB_END_NTF)
		json_object_set_new(object, "pages", json_integer(event->job_pages));
	if (event->what == IFAX_CMD_KEY_NTF)
		json_object_set_new(object, "one_touch", json_integer(event->one_touch));
	if (event->what == IFAX_CMD_TRAYS_NTF)
		json_object_set_new(object, "trays", json_trays(event->tray, event->trays));
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void print_event(const struct ifax_event *event, const struct timespec *now)
{
	char time_text[32], state[STATE_TEXT_BYTES];
	struct tm tm;

	localtime_r(&now->tv_sec, &tm);
	strftime(time_text, sizeof(time_text), "%Y-%m-%d %H:%M:%S", &tm);
	printf("%s.%03ld  %-8s  %-14s", time_text, now->tv_nsec / 1000000, event->device,
	       ifax_event_name(event->what));
	if (event->what == IFAX_CMD_STATE_NTF)
		printf("  %s", state_text(event->state, state));
	if (is_page_event(event))
		printf("  page %u, %s", event->page_seq, coding_text(event->page_coding));
	if (is_page_event(event) && event->page_tray >= 0)
		printf(", tray %d", event->page_tray);
	if (event->what == IFAX_CMD_PAGE_END_NTF) {
		printf(": %s, %u lines, %llu bytes", ifax_page_status_text(event->page_status),
		       event->page_lines, (unsigned long long)event->page_bytes);
		if (event->page_fault_line)
			printf(", wrong at line %u", event->page_fault_line);
	}
	if (event->what == IFAX_CMD_JOB_END_NTF)
		printf("  %u pages", event->job_pages);
	if (event->what == IFAX_CMD_KEY_NTF && event->one_touch)
		printf("  one-touch %u", event->one_touch);
	for (uint32_t i = 0; i < event->trays; i++) {
		printf(i ? "; " : "  ");
		tray_text(&event->tray[i], i);
	}
	putchar('\n');
}

/* Takes what came. Lost events are told in the stream, where they are missing. */
static int print_events(struct ifax_events *events, bool json)
{
	struct ifax_event event;
	struct timespec now;
	int err;

	while ((err = ifax_next_event(events, &event)) != -EAGAIN) {
		if (err && err != -ENOBUFS)
			return err;
		clock_gettime(CLOCK_REALTIME, &now);
		if (err && json)
			puts("{\"event\":\"lost\"}");
		else if (err)
			puts(ifax_error_text(err));
		else if (json)
			print_event_json(&event, &now);
		else
			print_event(&event, &now);
	}
	return fflush(stdout) ? -errno : 0;
}

enum exit_code do_monitor(int argc, char **argv)
{
	struct ifax_events *events;
	struct pollfd came;
	bool json;
	enum exit_code code = take_json(argc, argv, &json);
	int err;

	if (code)
		return code;
	err = ifax_events_open(&events, IFAX_LISTEN_EVENTS | IFAX_LISTEN_JOBS);
	if (err)
		return device_failure("monitor", err);
	came = (struct pollfd){ .fd = ifax_events_fd(events), .events = POLLIN };
	while (!err) {
		if (poll(&came, 1, -1) < 0)
			err = -errno;
		else
			err = print_events(events, json);
	}
	ifax_events_close(events);
	return device_failure("monitor", err);
}
