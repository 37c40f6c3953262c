/* SPDX-License-Identifier: GPL-2.0 */
/*
 * log: one line for each event, "event key=value ...", to syslog or stderr
 */
#ifndef IFAX_LOG_H
#define IFAX_LOG_H

#include <stdbool.h>
#include <syslog.h>

/**
 * log_open - say where the lines go
 * @foreground: true: stderr, false: syslog, as "ifaxd"
 */
void log_open(bool foreground);

/**
 * log_event - write a line
 * @priority: LOG_ERR, LOG_WARNING, LOG_NOTICE or LOG_INFO
 * @format: "event key=%s key=%d ..."; every %s comes out quoted and without
 *	control characters, so that no peer can write a line or a key of its own
 */
void log_event(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* IFAX_LOG_H */
