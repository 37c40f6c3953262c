// SPDX-License-Identifier: GPL-2.0
/* SMTP client engine: what comes before the mail: EHLO, STARTTLS, AUTH. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "smtp_client_session.h"

#define AUTH_LINE_MAX	500	/* a longer first response waits for its challenge */

static void say_hello(struct smtp_client *client, enum smtp_client_step step)
{
	memset(&client->offer, 0, sizeof(client->offer));
	smtp_client_send(client, step, "%s %s\r\n", step == SMTP_STEP_EHLO ? "EHLO" : "HELO",
			 client->config->host_name);
}

static void keep_mechanisms(struct smtp_offer *offer, const char *list)
{
	size_t used = strlen(offer->mechanisms);

	snprintf(offer->mechanisms + used, sizeof(offer->mechanisms) - used, "%s%s",
		 used ? " " : "", list);
}

/* A line of the reply to EHLO that is not the first. */
void smtp_client_hello_line(struct smtp_client *client, const char *text)
{
	struct smtp_offer *offer = &client->offer;
	const struct {
		const char *keyword;
		bool *offered;
	} known[] = {
		{ "STARTTLS", &offer->starttls },
		{ "PIPELINING", &offer->pipelining },
		{ "SIZE", &offer->size },
		{ "8BITMIME", &offer->eight_bit },
		{ "CHUNKING", &offer->chunking },
		{ "BINARYMIME", &offer->binary },
		{ "DSN", &offer->dsn },
		{ "CONNEG", &offer->conneg },
		{ "CONPERM", &offer->conperm },
		{ "SMTPUTF8", &offer->utf8 },
	};
	size_t len = strcspn(text, " ");
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (len == strlen(known[i].keyword) && !strncasecmp(text, known[i].keyword, len))
			*known[i].offered = true;
	if (len == 4 && !strncasecmp(text, "SIZE", len))
		offer->size_max = strtoull(text + len, NULL, 10);
	/* "AUTH=LOGIN" is how it was before it became a standard */
	if (!strncasecmp(text, "AUTH", 4) && (text[4] == ' ' || text[4] == '='))
		keep_mechanisms(offer, text + 5);
}

/* The server cannot do what we insist on; it may later, or it is not the server. */
static void insist(struct smtp_client *client, const char *text)
{
	struct smtp_reply reply;

	smtp_reply_set(&reply, 0, "4.7.0", "%s", text);
	smtp_client_turn_away(client, SMTP_OUTCOME_TEMPORARY, &reply);
}

/* AUTH (RFC 4954) */

static void begin_auth(struct smtp_client *client)
{
	const char *mechanism = NULL;

	client->initial = NULL;
	if (client->ops->auth_begin)
		mechanism = client->ops->auth_begin(client->arg, client->offer.mechanisms,
						    client->secure, &client->initial);
	if (!mechanism) {
		insist(client, *client->offer.mechanisms ?
		       "the server offers no way to log in that can be used" :
		       "the server does not let us log in");
		return;
	}
	if (!client->initial || strlen(mechanism) + strlen(client->initial) > AUTH_LINE_MAX) {
		smtp_client_send(client, SMTP_STEP_AUTH, "AUTH %s\r\n", mechanism);
		return;
	}
	smtp_client_send(client, SMTP_STEP_AUTH, "AUTH %s %s\r\n", mechanism,
			 *client->initial ? client->initial : "=");
	client->initial = NULL;
}

static void challenged(struct smtp_client *client)
{
	const char *response = client->initial;

	client->initial = NULL;
	if (!response)
		response = client->ops->auth_respond(client->arg, client->reply.text, false);
	/* a token may be longer than any command */
	if (!response || !mail_output_put(&client->output, response, strlen(response)))
		mail_output_put(&client->output, "*", 1);
	smtp_client_send(client, SMTP_STEP_AUTH, "\r\n");
}

/* A refusal passes once the secret is right again: the mail waits for that. */
static void auth_replied(struct smtp_client *client)
{
	client->login_refused = client->reply.code == 535;
	if (client->reply.code / 100 == 3)
		challenged(client);
	else if (!smtp_reply_positive(&client->reply))
		smtp_client_turn_away(client, SMTP_OUTCOME_TEMPORARY, &client->reply);
	else if (client->ops->auth_respond(client->arg, "", true))
		smtp_client_begin_mail(client);
	else
		insist(client, "the server did not prove that it knows our secret");
}

/* TLS */

static void after_hello(struct smtp_client *client)
{
	enum smtp_client_tls tls = client->config->tls;

	if (!client->secure && tls != SMTP_CLIENT_TLS_NONE && client->offer.starttls)
		smtp_client_send(client, SMTP_STEP_STARTTLS, "STARTTLS\r\n");
	else if (!client->secure && tls >= SMTP_CLIENT_TLS_REQUIRED)
		insist(client, "TLS is required, and the server does not offer it");
	else if (client->config->auth)
		begin_auth(client);
	else
		smtp_client_begin_mail(client);
}

static void starttls_replied(struct smtp_client *client)
{
	if (client->reply.code == 220) {
		smtp_client_await(client, SMTP_STEP_SECURING);
	} else if (client->config->tls >= SMTP_CLIENT_TLS_REQUIRED) {
		insist(client, "TLS is required, and the server refused to begin it");
	} else {
		client->offer.starttls = false;
		after_hello(client);
	}
}

void smtp_client_secured(struct smtp_client *client)
{
	client->secure = true;
	if (client->sent_step == SMTP_STEP_GREETING)
		smtp_client_await(client, SMTP_STEP_GREETING);
	else
		say_hello(client, SMTP_STEP_EHLO);
}

/* The reply to one of the steps before MAIL. */
void smtp_client_hello_replied(struct smtp_client *client)
{
	const struct smtp_reply *reply = &client->reply;
	bool positive = smtp_reply_positive(reply);

	if (client->step == SMTP_STEP_AUTH)
		auth_replied(client);
	else if (client->step == SMTP_STEP_STARTTLS)
		starttls_replied(client);
	else if (positive && client->step == SMTP_STEP_GREETING)
		say_hello(client, SMTP_STEP_EHLO);
	else if (positive)
		after_hello(client);
	else if (client->step == SMTP_STEP_EHLO && smtp_reply_permanent(reply))
		say_hello(client, SMTP_STEP_HELO);
	else
		smtp_client_turn_away(client, smtp_client_outcome_of(reply), reply);
}
