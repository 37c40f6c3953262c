/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libifax: the devices of a fax machine, for programs.
 *
 * A thin layer over /dev/ifax/scanN and /dev/ifax/printN; <linux/ifax.h> says
 * what they do. A device is a file descriptor, so poll() and close() are the
 * program's own. Functions that can fail return a negative errno;
 * ifax_error_text() says it in words. A call that a signal interrupts is
 * -EINTR, so that a program can be stopped while it waits.
 */
#ifndef LIBIFAX_H
#define LIBIFAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/ifax.h>

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

#endif /* LIBIFAX_H */
