// SPDX-License-Identifier: GPL-2.0
/*
 * log: one line for each event
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "log.h"

#define LINE_BYTES_MAX	2048

static bool to_stderr = true;

struct line {
	size_t used;
	char text[LINE_BYTES_MAX];
};

void log_open(bool foreground)
{
	to_stderr = foreground;
	if (!foreground)
		openlog("ifaxd", LOG_PID | LOG_NDELAY, LOG_MAIL);
}

static void put_char(struct line *line, char c)
{
	if (line->used < sizeof(line->text) - 1)
		line->text[line->used++] = c;
}

static void put_text(struct line *line, const char *text)
{
	while (*text)
		put_char(line, *text++);
}

static void put_quoted(struct line *line, const char *text)
{
	put_char(line, '"');
	for (text = text ? text : ""; *text; text++) {
		unsigned char c = *text;

		if (c < ' ' || c == 0x7f) {
			char hex[5];

			snprintf(hex, sizeof(hex), "\\x%02x", c);
			put_text(line, hex);
			continue;
		}
		if (c == '"' || c == '\\')
			put_char(line, '\\');
		put_char(line, c);
	}
	put_char(line, '"');
}

/* The conversions that the daemon uses: %s, %d, %u, %ld, %lld, %zu and their kin. */
static const char *put_number(struct line *line, const char *spec, va_list *values)
{
	char number[24];
	int longs = 0;
	bool size = false;

	for (; *spec == 'l' || *spec == 'z'; spec++) {
		longs += *spec == 'l';
		size |= *spec == 'z';
	}
	if (size)
		snprintf(number, sizeof(number), "%zu", va_arg(*values, size_t));
	else if (longs > 1)
		snprintf(number, sizeof(number), "%lld", va_arg(*values, long long));
	else if (longs)
		snprintf(number, sizeof(number), "%ld", va_arg(*values, long));
	else if (*spec == 'u')
		snprintf(number, sizeof(number), "%u", va_arg(*values, unsigned int));
	else
		snprintf(number, sizeof(number), "%d", va_arg(*values, int));
	put_text(line, number);
	return spec;
}

static const char *priority_name(int priority)
{
	switch (priority) {
	case LOG_ERR:
		return "error";
	case LOG_WARNING:
		return "warning";
	case LOG_NOTICE:
		return "notice";
	default:
		return "info";
	}
}

static void write_stderr(int priority, const struct line *line)
{
	struct timespec now;
	struct tm tm;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	fprintf(stderr, "%s.%03ldZ %s %s\n", stamp, now.tv_nsec / 1000000,
		priority_name(priority), line->text);
}

void log_event(int priority, const char *format, ...)
{
	struct line line = { 0 };
	va_list values;

	va_start(values, format);
	for (; *format; format++) {
		if (*format != '%')
			put_char(&line, *format);
		else if (*++format == 's')
			put_quoted(&line, va_arg(values, const char *));
		else
			format = put_number(&line, format, &values);
	}
	va_end(values);
	line.text[line.used] = 0;
	if (to_stderr)
		write_stderr(priority, &line);
	else
		syslog(priority, "%s", line.text);
}
