// SPDX-License-Identifier: GPL-2.0
/*
 * config_read: the configuration file as libConfuse reads it, and what is said of its mistakes
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_private.h"

static bool end_seen;

int config_see_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv)
{
	end_seen = true;
	return 0;
}

/* libConfuse does not tell the sections the name of the file. */
static const char *file_name;

static void print_allowed(const cfg_t *cfg)
{
	const char *separator = " (allowed here: ";

	for (const cfg_opt_t *opt = cfg->opts; opt && opt->name; opt++) {
		if (!strcmp(opt->name, "__unknown") || !strcmp(opt->name, END_OF_FILE))
			continue;
		fprintf(stderr, "%s%s", separator, opt->name);
		separator = ", ";
	}
	fputc(')', stderr);
}

static void print_error(cfg_t *cfg, const char *format, va_list values)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, values);
	if (strstr(text, END_OF_FILE)) {
		fprintf(stderr, "%s: %s is not closed: } is missing\n", file_name,
			strcmp(cfg_name(cfg), "root") ? cfg_name(cfg) : "the last list");
		return;
	}
	/* what the file as a whole lacks is on no line */
	if (end_seen && !strcmp(cfg_name(cfg), "root"))
		fprintf(stderr, "%s: %s", file_name, text);
	else
		fprintf(stderr, "%s:%d: %s", file_name, cfg->line, text);
	if (!strncmp(format, "no such option", 14))
		print_allowed(cfg);
	else if (!strncmp(format, "invalid boolean", 15))
		fputs(": allowed are yes and no", stderr);
	else if (!strncmp(format, "invalid integer", 15))
		fputs(": a whole number is needed", stderr);
	fputc('\n', stderr);
}

bool config_complain(cfg_t *cfg, const char *format, const char *value)
{
	cfg_error(cfg, format, value);
	return false;
}

void config_fill_list(cfg_t *cfg, const char *option, struct config_list *list)
{
	list->items = cfg_size(cfg, option);
	list->item = calloc(list->items + 1, sizeof(*list->item));
	for (size_t i = 0; list->item && i < list->items; i++)
		list->item[i] = cfg_getnstr(cfg, option, i);
}

/* The file and END_OF_FILE, to be read; NULL: errno says why not. */
static FILE *open_closed(const char *path)
{
	FILE *file = fopen(path, "re");
	FILE *copy = file ? tmpfile() : NULL;
	int c, err;

	if (copy) {
		while ((c = getc(file)) != EOF)
			putc(c, copy);
		fputs("\n" END_OF_FILE "()\n", copy);
	}
	if (copy && !ferror(file) && !fflush(copy) && !fseek(copy, 0, SEEK_SET)) {
		fclose(file);
		return copy;
	}
	err = errno;
	if (copy)
		fclose(copy);
	if (file)
		fclose(file);
	errno = err;
	return NULL;
}

bool config_read(cfg_t *cfg, const char *path)
{
	FILE *file = open_closed(path);
	int result;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	file_name = path;
	end_seen = false;
	cfg_set_error_function(cfg, print_error);
	result = cfg_parse_fp(cfg, file);
	fclose(file);
	if (result == CFG_SUCCESS && !end_seen)
		fprintf(stderr, "%s: the last option is not complete\n", path);
	return result == CFG_SUCCESS && end_seen;
}
