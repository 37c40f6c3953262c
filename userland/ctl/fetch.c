// SPDX-License-Identifier: GPL-2.0
/*
 * ifax fetch: visit maildrops, or list what lies there
 */
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "command.h"
#include "fetch.h"
#include "show.h"

/* One maildrop; what the server did not show is told beside what it did. */
static enum exit_code list_one(const char *control_socket, const char *account, long long limit,
			       json_t *listings)
{
	json_t *question = json_pack("{s:s, s:s}", "command", "list", "account", account);
	enum exit_code code;
	json_t *answer, *listing;

	if (limit)
		json_object_set_new(question, "limit", json_integer(limit));
	code = request(control_socket, question, &answer);
	if (code)
		return code;
	listing = json_object_get(answer, "listing");
	if (!json_is_true(json_object_get(listing, "complete"))) {
		fprintf(stderr, "ifax: %s: %s\n", account, show_text(listing, "result"));
		code = EXIT_FAILED;
	}
	json_array_append(listings, listing);
	json_decref(answer);
	return code;
}

static enum exit_code list_all(const char *control_socket, long long limit, json_t *listings)
{
	enum exit_code code, worst;
	json_t *answer, *account;
	size_t i;

	worst = request(control_socket, json_pack("{s:s}", "command", "status"), &answer);
	if (worst)
		return worst;
	if (!json_array_size(json_object_get(answer, "accounts"))) {
		fputs("ifax: no pop3 account is configured\n", stderr);
		worst = EXIT_FAILED;
	}
	json_array_foreach(json_object_get(answer, "accounts"), i, account) {
		code = list_one(control_socket, show_text(account, "account"), limit, listings);
		if (code)
			worst = code;
	}
	json_decref(answer);
	return worst;
}

static enum exit_code list(const char *control_socket, const char *account, long long limit,
			   bool as_json)
{
	json_t *listings = json_array();
	enum exit_code code = account ? list_one(control_socket, account, limit, listings) :
					list_all(control_socket, limit, listings);
	json_t *listing;
	size_t i;

	if (as_json && json_array_size(listings))
		print_json(listings);
	else
		json_array_foreach(listings, i, listing)
			show_listing(listing);
	json_decref(listings);
	return code;
}

static enum exit_code visit(const char *control_socket, const char *account)
{
	json_t *answer;
	enum exit_code code = request(control_socket, json_pack("{s:s, s:s*}", "command", "fetch",
								"account", account), &answer);

	json_decref(answer);
	return code;
}

enum exit_code fetch(const char *control_socket, int argc, char **argv,
		     enum exit_code (*bad_option)(int c))
{
	static const struct option known[] = {
		{ "list", no_argument, NULL, 'l' }, { "json", no_argument, NULL, 'j' },
		{ "limit", required_argument, NULL, 'n' }, { "help", no_argument, NULL, 'h' }, { 0 }
	};
	bool lists = false, as_json = false;
	const char *account;
	long long limit = 0;
	int c;

	while ((c = getopt_long(argc, argv, "ljh", known, NULL)) != -1) {
		if (c != 'l' && c != 'j' && c != 'n')
			return bad_option(c);
		if (c == 'n' && !parse_number(optarg, &limit))
			return bad_usage("--limit takes a number of mails");
		lists |= c == 'l';
		as_json |= c == 'j';
	}
	if (optind < argc - 1)
		return bad_usage("fetch takes the name of one account, or nothing");
	if ((as_json || limit) && !lists)
		return bad_usage("--json and --limit belong to fetch --list");
	account = optind < argc ? argv[optind] : NULL;
	return lists ? list(control_socket, account, limit, as_json) :
		       visit(control_socket, account);
}
