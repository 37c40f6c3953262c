// SPDX-License-Identifier: GPL-2.0
/*
 * ifax book: what is known of those that we send to
 */
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "book.h"
#include "command.h"
#include "show.h"

enum exit_code book(const char *control_socket, int argc, char **argv,
		    enum exit_code (*bad_option)(int c))
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' }, { "set", no_argument, NULL, 'S' },
		{ "remove", no_argument, NULL, 'r' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	bool as_json = false, set = false, removed = false;
	enum exit_code code;
	json_t *answer;
	int c;

	while ((c = getopt_long(argc, argv, "jh", known, NULL)) != -1) {
		if (c != 'j' && c != 'S' && c != 'r')
			return bad_option(c);
		as_json |= c == 'j';
		set |= c == 'S';
		removed |= c == 'r';
	}
	if (argc - optind != 2 * set + removed || (set && removed))
		return bad_usage("book takes --set ADDRESS WHAT, --remove ADDRESS, or nothing");
	code = request(control_socket, json_pack("{s:s, s:s*, s:s*}", "command", "book", "address",
						 set || removed ? argv[optind] : NULL, "codings",
						 set ? argv[optind + 1] : NULL), &answer);
	if (code)
		return code;
	if (!set && !removed && as_json) {
		json_dumpf(json_object_get(answer, "book"), stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (!set && !removed) {
		show_book(json_object_get(answer, "book"));
	}
	json_decref(answer);
	return EXIT_GOOD;
}
