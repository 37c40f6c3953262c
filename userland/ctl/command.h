/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command: what the commands of ifax have in common
 */
#ifndef IFAX_COMMAND_H
#define IFAX_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "request.h"

/* The commands that need no daemon; argv[0] is the command's name */
enum exit_code do_devices(int argc, char **argv);
enum exit_code do_monitor(int argc, char **argv);
enum exit_code do_scan(int argc, char **argv);
enum exit_code do_print(int argc, char **argv);

/* Tells why, and how it is done right */
enum exit_code bad_usage(const char *why);

/* What getopt_long() gave and the command does not know: -h everywhere, else it is wrong */
enum exit_code other_option(int c);

/* A whole number above 0 */
bool parse_number(const char *text, long long *number);

void print_json(const json_t *value);

#endif /* IFAX_COMMAND_H */
