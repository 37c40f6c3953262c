// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-spf: may a machine send mail for a domain, as its Sender Policy Framework says (RFC 7208)?
 *
 * A worker of ifaxd. Names are looked up by the daemon (questions.h); what the domain
 * publishes is read here, by libspf2, in a process that can do nothing else.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../message/failure.h"
#include "../message/sandbox.h"
#include "questions.h"

#define FD_ANSWERS	3

static const char usage[] =
"usage: ifax-spf 3<ANSWERS\n"
"\n"
"Standard input has a line for each of: client=ADDRESS, helo=NAME, from=ADDRESS (empty: the\n"
"null sender, whom helo stands for), host=NAME (ours). What is to be looked up is asked on\n"
"standard output: \"ask TYPE NAME\". The last line is \"ok spf=RESULT\" or \"error TEXT\".\n"
"Exit codes: 0 done, 1 the input is at fault, 2 the machine is.\n";

/** struct envelope - what is judged */
struct envelope {
	char client[64];
	char helo[300];
	char from[600];
	char host[300];
};

static void take(const char *line, const char *key, char *value, size_t bytes)
{
	size_t len = strlen(key);

	if (!strncmp(line, key, len) && strlen(line + len) < bytes)
		strcpy(value, line + len);
}

static void read_envelope(struct envelope *envelope)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		take(line, "client=", envelope->client, sizeof(envelope->client));
		take(line, "helo=", envelope->helo, sizeof(envelope->helo));
		take(line, "from=", envelope->from, sizeof(envelope->from));
		take(line, "host=", envelope->host, sizeof(envelope->host));
	}
}

static int fill_request(SPF_request_t *request, const struct envelope *envelope)
{
	if (strchr(envelope->client, ':') ?
	    SPF_request_set_ipv6_str(request, envelope->client) :
	    SPF_request_set_ipv4_str(request, envelope->client))
		return -1;
	if (SPF_request_set_helo_dom(request, *envelope->helo ? envelope->helo : "unknown"))
		return -1;
	if (*envelope->from && SPF_request_set_env_from(request, envelope->from))
		return -1;
	request->cur_dom = request->env_from_dp;
	return request->cur_dom ? 0 : -1;
}

/* A record that cannot be read is told as if there were none; what is wrong with it is noted. */
static bool has_other_faults(SPF_response_t *response)
{
	for (int i = 0; i < SPF_response_messages(response); i++)
		if (SPF_error_code(SPF_response_message(response, i)) != SPF_E_NOT_SPF)
			return true;
	return false;
}

/* SPF_request_query_mailfrom(), without its free ride for loopback addresses */
static const char *judge(SPF_server_t *server, SPF_request_t *request, SPF_response_t *response)
{
	SPF_record_t *record = NULL;
	SPF_errcode_t err = SPF_server_get_record(server, request, response, &record);

	if (err == SPF_E_NOT_SPF)
		return has_other_faults(response) ? "permerror" : "none";
	if (err == SPF_E_DNS_ERROR)
		return "temperror";
	if (err || !record)
		return "permerror";
	response->spf_record_exp = record;
	SPF_record_interpret(record, request, response, 0);
	SPF_record_free(record);
	return SPF_strresult(SPF_response_result(response));
}

static int run(const struct envelope *envelope, SPF_server_t *server, struct failure *failure)
{
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = request ? SPF_response_new(request) : NULL;

	if (!response || SPF_server_set_rec_dom(server, envelope->host))
		return fail(failure, EXIT_LATER, "out of memory");
	if (fill_request(request, envelope))
		return fail(failure, EXIT_INPUT, "the addresses make no sense");
	printf("ok spf=%s\n", judge(server, request, response));
	return 0;
}

int main(int argc, char **argv)
{
	struct failure failure = { .exit_code = EXIT_LATER };
	struct envelope envelope = { 0 };
	SPF_dns_server_t *names;
	SPF_server_t *server;
	int err;

	if (argc > 1) {
		fputs(usage, strcmp(argv[1], "--help") ? stderr : stdout);
		return strcmp(argv[1], "--help") ? EXIT_INPUT : 0;
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	read_envelope(&envelope);
	names = questions_open(FD_ANSWERS);
	/* asks for the host's name, which is of no use here */
	server = names ? SPF_server_new_dns(names, 0) : NULL;
	err = server ? sandbox_enter(&failure) : fail(&failure, EXIT_LATER, "out of memory");
	if (!err)
		err = run(&envelope, server, &failure);
	if (!err)
		return 0;
	printf("error %s\n", failure.text);
	return failure.exit_code;
}
