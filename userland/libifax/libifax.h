/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libifax: the devices of a fax machine, for programs.
 *
 * Pages go through /dev/ifax/scanN and /dev/ifax/printN; <linux/ifax.h> says
 * what they do. Such a device is a file descriptor, so poll() and close() are the
 * program's own. All else (what devices there are, how they are, what happens
 * to them) comes by a control or by events, over generic netlink; no device
 * need be opened for it.
 *
 * Functions that can fail return a negative errno; ifax_error_text() says it in
 * words. A call that a signal interrupts is -EINTR, so that a program can be
 * stopped while it waits. All functions may be called from any thread; threads
 * that share a control or events wait for each other.
 */
#ifndef LIBIFAX_H
#define LIBIFAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/ifax.h>
#include <linux/ifax_netlink.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * ifax_open_scanner() - begin a job on a scanner
 * @name: "scan0", or a path if it has a slash
 * @flags: O_NONBLOCK or 0
 *
 * Return: file descriptor (close-on-exec), or -EBUSY, -ENOENT, -EACCES...
 */
int ifax_open_scanner(const char *name, int flags);

/**
 * ifax_open_printer() - begin a job on a print engine
 * @name: "print0", or a path if it has a slash
 * @flags: O_NONBLOCK or 0
 *
 * Return: file descriptor (close-on-exec), or -EBUSY, -ENOENT, -EACCES...
 */
int ifax_open_printer(const char *name, int flags);

/**
 * ifax_get_caps() - what the device can do
 * @fd: device
 * @caps: filled in
 *
 * Return: 0 or a negative errno.
 */
int ifax_get_caps(int fd, struct ifax_caps *caps);

/**
 * ifax_has_coding() - does the device have a coding?
 * @caps: what the device can do
 * @coding: &enum ifax_coding
 *
 * Return: true if it has.
 */
bool ifax_has_coding(const struct ifax_caps *caps, uint32_t coding);

/**
 * ifax_get_format() - the format of the next page
 * @fd: device
 * @format: filled in
 *
 * Return: 0 or a negative errno.
 */
int ifax_get_format(int fd, struct ifax_format *format);

/**
 * ifax_try_format() - what would a format become?
 * @fd: device
 * @format: moved to the nearest that the device has
 *
 * Return: 0 or a negative errno.
 */
int ifax_try_format(int fd, struct ifax_format *format);

/**
 * ifax_set_format() - set the format of the next page
 * @fd: device
 * @format: one that ifax_try_format() leaves as it is
 *
 * Return: 0 or a negative errno.
 */
int ifax_set_format(int fd, const struct ifax_format *format);

/**
 * ifax_get_state() - the paper path now
 * @fd: device
 * @state: filled in
 *
 * Return: 0 or a negative errno.
 */
int ifax_get_state(int fd, struct ifax_state *state);

/**
 * ifax_start() - scanner: take the next sheet
 * @fd: device
 *
 * Return: 0 or a negative errno, -ENOMEDIUM if the feeder is empty.
 */
int ifax_start(int fd);

/**
 * ifax_start_pages() - scanner: take several sheets, one after the other
 * @fd: device
 * @pages: most pages; 0: until the feeder is empty
 *
 * Pages are scanned ahead while the first is read, as far as there is memory;
 * ifax_get_page() gives -ENODATA when there are no more.
 *
 * Return: 0 or a negative errno, -ENOMEDIUM if the feeder is empty.
 */
int ifax_start_pages(int fd, uint32_t pages);

/**
 * ifax_read() - scanner: coded bytes of the page
 * @fd: device
 * @data: bytes go here
 * @bytes: size of @data
 *
 * Return: bytes read, 0 at the end of the page, or a negative errno.
 */
ssize_t ifax_read(int fd, void *data, size_t bytes);

/**
 * ifax_write_all() - printer: coded bytes of the page
 * @fd: device
 * @data: bytes
 * @bytes: their number
 *
 * Waits for room as long as pages before it print, also if @fd does not block.
 *
 * Return: 0 or a negative errno, -ENOSPC if the page is too large.
 */
int ifax_write_all(int fd, const void *data, size_t bytes);

/**
 * ifax_commit() - printer: the page has been written whole
 * @fd: device
 *
 * Return: 0 or a negative errno, -EBADMSG if its data is wrong.
 */
int ifax_commit(int fd);

/**
 * ifax_finish() - printer: the document is complete
 * @fd: device
 *
 * Collated copies of its pages come out from here on.
 *
 * Return: 0 or a negative errno.
 */
int ifax_finish(int fd);

/**
 * ifax_get_page() - take the record of the oldest page
 * @fd: device
 * @record: filled in
 *
 * Return: 0 or a negative errno, -ENODATA if no page is under way.
 */
int ifax_get_page(int fd, struct ifax_page_record *record);

/**
 * ifax_cancel() - end the pages under way
 * @fd: device
 *
 * Return: 0 or a negative errno.
 */
int ifax_cancel(int fd);

/**
 * typedef ifax_sink - takes coded bytes of a page
 * @context: what was given to ifax_scan_page()
 * @data: bytes
 * @bytes: their number, at least 1
 *
 * Return: 0, or a negative errno, which cancels the page.
 */
typedef int (*ifax_sink)(void *context, const void *data, size_t bytes);

/**
 * ifax_scan_page() - scanner: take the next sheet, and its page to its end
 * @fd: device, blocking
 * @sink: gets the coded bytes, while the sheet is still under the sensor
 * @context: for @sink
 * @record: filled in; its status tells how the page ended
 *
 * Return: 0 if there is a record, or a negative errno: -ENOMEDIUM if the feeder
 * is empty, what @sink returned, -EINTR. After an error no page is under way.
 */
int ifax_scan_page(int fd, ifax_sink sink, void *context, struct ifax_page_record *record);

/**
 * ifax_print_page() - printer: give a page that is in memory
 * @fd: device, blocking
 * @format: its form
 * @data: coded bytes
 * @bytes: their number
 *
 * Waits for room, not for the engine: ifax_get_page() tells how the page ended.
 *
 * Return: 0, or a negative errno: -EINVAL if the device does not have the
 * format, -ENOSPC if the page is too large, -EBADMSG if its data is wrong (then
 * there is a record, too). After other errors a part of the page may have been
 * written; ifax_cancel() drops it, and the pages before it that have not ended.
 */
int ifax_print_page(int fd, const struct ifax_format *format, const void *data, size_t bytes);

/* Devices, without opening them */

#define IFAX_NAME_BYTES		32	/* of the name of a device, with its closing zero */
#define IFAX_STATUS_MAX		32	/* more than &enum ifax_page_status has */

/**
 * struct ifax_counters - since the device was registered
 * @pages: pages that ended, in any way
 * @lines: their lines
 * @bytes: their coded bytes
 * @band_ns_max: longest time that coding or decoding a band took
 * @faults: for each &enum ifax_page_status but OK, the pages that ended so
 * @pauses: how often the motor of a scanner waited for room in the page store
 */
struct ifax_counters {
	uint64_t pages;
	uint64_t lines;
	uint64_t bytes;
	uint64_t band_ns_max;
	uint64_t faults[IFAX_STATUS_MAX];
	uint64_t pauses;
};

/**
 * struct ifax_policy - what the administrator allows
 * @budget_bytes: most memory for coded pages of the device
 * @budget_used_bytes: memory in them now
 * @total_budget_bytes: most memory for coded pages of all devices together
 * @total_budget_used_bytes: memory in them now
 * @reserved: for what will be added
 */
struct ifax_policy {
	uint64_t budget_bytes;
	uint64_t budget_used_bytes;
	uint64_t total_budget_bytes;
	uint64_t total_budget_used_bytes;
	uint64_t reserved[8];
};

#define IFAX_TRAYS_MAX		8	/* of a print engine */

/**
 * struct ifax_paper_tray - a paper tray; those of an engine are numbered from 0
 * @x_dmm: width of its paper as it is drawn in, in 0.1 mm; 0: not known. If it is more than
 *	the length, the long edge goes in first
 * @y_dmm: its length, the same
 * @paper: &enum ifax_paper, IFAX_PAPER_AUTO: none of these sizes
 * @level: &enum ifax_tray_level
 * @is_chosen: 1: the sheet in the engine, or the last one, is from it
 * @reserved: for what will be added
 */
struct ifax_paper_tray {
	uint16_t x_dmm;
	uint16_t y_dmm;
	uint8_t paper;
	uint8_t level;
	uint8_t is_chosen;
	uint8_t reserved;
};

/**
 * struct ifax_device - a scanner or print engine as it is now
 * @name: its name, such as "scan0"
 * @kind: &enum ifax_kind
 * @state: IFAX_STATE_*
 * @pages_queued: pages of the open job that have not ended
 * @budget_bytes: most memory for coded pages
 * @budget_used_bytes: memory in coded pages
 * @counters: what it has done
 * @sides: bit (1 << side) is set for every &enum ifax_sides: whether there is a duplex unit
 * @trays: number of paper trays; 0: it has none, or does not tell
 * @tray: what is in them
 * @reserved: for what will be added
 */
struct ifax_device {
	char name[IFAX_NAME_BYTES];
	uint32_t kind;
	uint32_t state;
	uint32_t pages_queued;
	uint64_t budget_bytes;
	uint64_t budget_used_bytes;
	struct ifax_counters counters;
	uint32_t sides;
	uint32_t trays;
	struct ifax_paper_tray tray[IFAX_TRAYS_MAX];
	uint64_t reserved[7];
};

/** struct ifax_control - a way to ask and to set; opaque */
struct ifax_control;

/**
 * ifax_control_open() - begin to ask
 * @control: set
 *
 * Return: 0 or a negative errno.
 */
int ifax_control_open(struct ifax_control **control);

/**
 * ifax_control_close() - end it
 * @control: control or NULL; no thread may be using it
 */
void ifax_control_close(struct ifax_control *control);

/**
 * ifax_get_device() - a device by its name
 * @control: control
 * @name: "scan0"
 * @device: filled in
 *
 * Return: 0 or a negative errno: -ENODEV if there is none of this name,
 * -EPROTONOSUPPORT if the kernel has no ifax.
 */
int ifax_get_device(struct ifax_control *control, const char *name, struct ifax_device *device);

/**
 * ifax_list_devices() - all devices
 * @control: control
 * @devices: set to an array, to be freed with free(); NULL if there are none
 *
 * Return: their number or a negative errno: -EPROTONOSUPPORT if the kernel has
 * no ifax.
 */
int ifax_list_devices(struct ifax_control *control, struct ifax_device **devices);

/**
 * ifax_get_policy() - what the administrator allows
 * @control: control
 * @name: "scan0"; NULL: only what holds for all devices together
 * @policy: filled in
 *
 * Return: 0 or a negative errno: -ENODEV, -EPROTONOSUPPORT.
 */
int ifax_get_policy(struct ifax_control *control, const char *name, struct ifax_policy *policy);

/**
 * ifax_set_budget() - most memory for coded pages
 * @control: control
 * @name: "scan0"; NULL: for all devices together
 * @bytes: budget; 0: that of the module again
 *
 * Needs CAP_NET_ADMIN.
 *
 * Return: 0 or a negative errno: -EPERM, -ENODEV, -ERANGE.
 */
int ifax_set_budget(struct ifax_control *control, const char *name, uint64_t bytes);

/**
 * ifax_refusal_text() - the kernel's own words
 *
 * Return: what the kernel said when it refused the last request that this
 * thread made by a control; "" if it said nothing. Holds until the next one.
 */
const char *ifax_refusal_text(void);

/* Events */

/**
 * enum ifax_listen - multicast groups
 * @IFAX_LISTEN_EVENTS: paper, pages, devices
 * @IFAX_LISTEN_JOBS: devices are opened and closed
 */
enum ifax_listen {
	IFAX_LISTEN_EVENTS = 1,
	IFAX_LISTEN_JOBS = 2,
};

/**
 * struct ifax_event - something happened
 * @what: IFAX_CMD_*_NTF of &enum ifax_cmd
 * @device: name of the device
 * @kind: &enum ifax_kind
 * @state: IFAX_CMD_STATE_NTF: IFAX_STATE_* now
 * @changed: IFAX_CMD_STATE_NTF: those that are not as they were
 * @page_seq: pages: number in the job, from 1
 * @page_coding: pages: &enum ifax_coding
 * @page_status: IFAX_CMD_PAGE_END_NTF: &enum ifax_page_status
 * @page_lines: IFAX_CMD_PAGE_END_NTF: lines
 * @page_fault_line: IFAX_CMD_PAGE_END_NTF: line of the first coding fault, 0: none
 * @page_bytes: IFAX_CMD_PAGE_END_NTF: coded bytes
 * @job_pages: IFAX_CMD_JOB_END_NTF: pages that the job began
 * @one_touch: IFAX_CMD_KEY_NTF: one-touch key pressed with the start key, 0: none
 * @page_tray: pages: number of the tray that the sheet is from, -1: not known
 * @trays: IFAX_CMD_TRAYS_NTF: number of paper trays
 * @tray: IFAX_CMD_TRAYS_NTF: what is in them
 * @reserved: for what will be added
 */
struct ifax_event {
	uint32_t what;
	char device[IFAX_NAME_BYTES];
	uint32_t kind;
	uint32_t state;
	uint32_t changed;
	uint32_t page_seq;
	uint32_t page_coding;
	uint32_t page_status;
	uint32_t page_lines;
	uint32_t page_fault_line;
	uint64_t page_bytes;
	uint32_t job_pages;
	uint32_t one_touch;
	int32_t page_tray;
	uint32_t trays;
	struct ifax_paper_tray tray[IFAX_TRAYS_MAX];
	uint64_t reserved[6];
};

/** struct ifax_events - events that came and were not taken; opaque */
struct ifax_events;

/**
 * ifax_events_open() - begin to listen
 * @events: set
 * @listen: the &enum ifax_listen that are wanted, or-ed
 *
 * Return: 0 or a negative errno: -EPROTONOSUPPORT if the kernel has no ifax.
 */
int ifax_events_open(struct ifax_events **events, unsigned int listen);

/**
 * ifax_events_close() - end it
 * @events: events or NULL; no thread may be using them
 */
void ifax_events_close(struct ifax_events *events);

/**
 * ifax_events_fd() - what to poll() for POLLIN
 * @events: events
 *
 * Return: file descriptor, which stays the library's.
 */
int ifax_events_fd(const struct ifax_events *events);

/**
 * ifax_next_event() - take the next event
 * @events: events
 * @event: filled in
 *
 * Never waits.
 *
 * Return: 0 or a negative errno: -EAGAIN if there is none now; -ENOBUFS if some
 * were lost, because they were not taken in time: ifax_list_devices() tells how
 * things are.
 */
int ifax_next_event(struct ifax_events *events, struct ifax_event *event);

/* Words */

/**
 * ifax_page_status_text() - how a page ended, for people
 * @status: &enum ifax_page_status
 *
 * Return: constant string.
 */
const char *ifax_page_status_text(uint32_t status);

/**
 * ifax_error_text() - what went wrong with a device, for people
 * @err: a negative errno that a function of this library returned
 *
 * Return: constant string.
 */
const char *ifax_error_text(int err);

/**
 * ifax_coding_name() - name of a coding: "raw", "mh", "mr", "mmr", "jbig"
 * @coding: &enum ifax_coding
 *
 * Return: constant string, NULL if there is no such coding.
 */
const char *ifax_coding_name(uint32_t coding);

/**
 * ifax_coding_by_name() - coding of a name
 * @name: as ifax_coding_name() gives it, in any case of letters
 * @coding: set
 *
 * Return: 0, -EINVAL if there is no such coding.
 */
int ifax_coding_by_name(const char *name, uint32_t *coding);

/**
 * ifax_paper_by_name() - size of paper of a name
 * @name: "auto", "a4", "a3", "a5", "b4", "letter", "legal", in any case of letters
 * @paper: set to &enum ifax_paper
 *
 * Return: 0, -EINVAL if there is no such paper.
 */
int ifax_paper_by_name(const char *name, uint32_t *paper);

/**
 * ifax_paper_name() - name of a size of paper: "a4", "letter"
 * @paper: &enum ifax_paper
 *
 * Return: constant string, NULL if there is no such size.
 */
const char *ifax_paper_name(uint32_t paper);

/**
 * ifax_page_fit_by_name() - what becomes of a page that is larger than the paper
 * @name: "same", "trim", "reduce", "rotate", "split", "office", in any case of letters
 * @page_fit: set to &enum ifax_page_fit
 *
 * Return: 0, -EINVAL if there is no such thing.
 */
int ifax_page_fit_by_name(const char *name, uint32_t *page_fit);

/**
 * ifax_event_name() - name of an event: "page-end"
 * @what: IFAX_CMD_*_NTF
 *
 * Return: constant string, as in Documentation/netlink/specs/ifax.yaml, without
 * "-ntf"; NULL if there is no such event.
 */
const char *ifax_event_name(uint32_t what);

/**
 * ifax_tray_level_name() - what is in a paper tray: "good", "low", "empty", "out"
 * @level: &enum ifax_tray_level
 *
 * Return: constant string, NULL if there is no such level.
 */
const char *ifax_tray_level_name(uint32_t level);

/**
 * ifax_state_name() - name of a bit of the state: "document", "no-paper"
 * @flag: one of IFAX_STATE_*
 *
 * Return: constant string, NULL if there is no such bit.
 */
const char *ifax_state_name(uint32_t flag);

#ifdef __cplusplus
}
#endif

#endif /* LIBIFAX_H */
