// SPDX-License-Identifier: GPL-2.0
/* POP3 client engine: from the greeting to the open maildrop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

#include "pop3_visit.h"

#define LOGIN_DELAY_S_MAX	86400
#define EXPIRE_DAYS_MAX		36500
#define CAPABILITIES_MAX	100	/* lines; a server that goes on is not sane */

/* Capabilities */

static void ask_capabilities(struct pop3_client *client)
{
	client->stls = false;
	client->top = false;
	client->pipelining = false;
	client->utf8 = false;
	client->offer = (struct pop3_offer){ .expire_days = -1 };
	client->offer_of_user = false;
	client->offered[0] = '\0';
	pop3_client_command(client, STEP_CAPA, "CAPA\r\n");
}

static void log_in(struct pop3_client *client);

/* Names, and mail as it is, need not be ASCII: that is said before the login. */
static void begin_login(struct pop3_client *client)
{
	if (client->utf8)
		pop3_client_command(client, STEP_UTF8, "UTF8\r\n");
	else
		log_in(client);
}

/* What the server can do is known, as far as it says. */
static void capabilities_known(struct pop3_client *client)
{
	enum pop3_client_tls tls = client->config->tls;

	if (client->logged_in)
		pop3_visit_begin(client);
	else if (client->tls || tls == POP3_CLIENT_TLS_NONE)
		begin_login(client);
	else if (client->stls)
		pop3_client_command(client, STEP_STLS, "STLS\r\n");
	else if (tls == POP3_CLIENT_TLS_OFFERED)
		begin_login(client);
	else
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "the server does not offer TLS, which is required");
}

/* A number of a capability, as far as it is one that makes sense. */
static int capability_number(const char *text, int most)
{
	long value = strtol(text, NULL, 10);

	return value < 0 ? 0 : value > most ? most : (int)value;
}

/* RFC 2449, 6.5 and 6.7: "USER" behind a value tells that it is not that of all users. */
static bool is_of_user(const char *rest)
{
	const char *user = strchr(rest, ' ');

	return user && !strcasecmp(user + strspn(user, " "), "USER");
}

/* A line of CAPA. */
void pop3_login_capability(struct pop3_client *client, char *line)
{
	char *rest = line + strcspn(line, " ");

	if (!strcmp(line, ".")) {
		capabilities_known(client);
		return;
	}
	if (++client->list_lines > CAPABILITIES_MAX) {
		pop3_client_finish(client, POP3_OUTCOME_PROTOCOL,
				   "the server sent an endless list of capabilities");
		return;
	}
	if (*rest)
		*rest++ = '\0';
	if (!strcasecmp(line, "LOGIN-DELAY") || !strcasecmp(line, "EXPIRE"))
		client->offer_of_user |= is_of_user(rest);
	if (!strcasecmp(line, "STLS"))
		client->stls = true;
	else if (!strcasecmp(line, "PIPELINING"))
		client->pipelining = true;
	else if (!strcasecmp(line, "TOP"))
		client->top = true;
	else if (!strcasecmp(line, "UTF8"))
		client->utf8 = true;
	else if (!strcasecmp(line, "LOGIN-DELAY"))
		client->offer.login_delay_s = capability_number(rest, LOGIN_DELAY_S_MAX);
	else if (!strcasecmp(line, "EXPIRE") && strncasecmp(rest, "NEVER", 5))
		client->offer.expire_days = capability_number(rest, EXPIRE_DAYS_MAX);
	else if (!strcasecmp(line, "SASL"))
		snprintf(client->offered, sizeof(client->offered), "%s", rest);
}

/* Name and secret */

static bool is_msg_id_character(unsigned char c)
{
	return c > 0x20 && c < 0x7f && !strchr("<>()@,;:\\\"", c);
}

/*
 * Keep the timestamp if it is a msg-id in ASCII. Anything else could be made
 * by somebody in the middle to find out the secret (CVE-2007-1558).
 */
static void keep_timestamp(struct pop3_client *client, const char *greeting)
{
	const char *begin = strrchr(greeting, '<');
	size_t len = 1;
	size_t left;

	client->timestamp[0] = '\0';
	if (!begin)
		return;
	while (is_msg_id_character(begin[len]))
		len++;
	left = len;
	if (left == 1 || begin[len++] != '@')
		return;
	while (is_msg_id_character(begin[len]) || (begin[len] == ':' && begin[left + 1] == '['))
		len++;
	if (len == left + 1 || begin[len++] != '>' || len >= sizeof(client->timestamp))
		return;
	memcpy(client->timestamp, begin, len);
	client->timestamp[len] = '\0';
}

static bool is_plain(const char *text, bool spaces)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f || (*text == ' ' && !spaces))
			return false;
	return true;
}

static void send_user(struct pop3_client *client)
{
	pop3_client_command(client, STEP_USER, "USER %s\r\n", client->config->user);
}

static void send_apop(struct pop3_client *client)
{
	const char *secret = client->config->secret;
	char challenge[sizeof(client->timestamp) + POP3_COMMAND_MAX];
	unsigned char digest[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned int digest_len = 0;
	unsigned int i;
	int len;

	len = snprintf(challenge, sizeof(challenge), "%s%s", client->timestamp, secret);
	if (len < 0 || (size_t)len >= sizeof(challenge) ||
	    !EVP_Digest(challenge, (size_t)len, digest, &digest_len, EVP_md5(), NULL)) {
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "APOP is not possible: the secret is too long, or MD5 is "
				   "switched off");
	} else {
		for (i = 0; i < digest_len; i++)
			sprintf(hex + 2 * i, "%02x", digest[i]);
		pop3_client_command(client, STEP_APOP, "APOP %s %s\r\n", client->config->user,
				    hex);
	}
	explicit_bzero(challenge, sizeof(challenge));
}

/* AUTH (RFC 5034) */

static void send_response(struct pop3_client *client, const char *response)
{
	pop3_client_await(client, STEP_SASL);
	if (!mail_output_printf(&client->output, "%s\r\n", response))
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "the response to the server is too long");
}

/* A response that does not fit into the command waits for an empty challenge. */
static void send_auth(struct pop3_client *client)
{
	const char *initial = NULL;
	const char *mechanism = client->ops->auth_begin(client->arg, client->offered, client->tls,
							&initial);

	if (!mechanism) {
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "the server offers no way to log in that we can use (%s)",
				   client->offered[0] ? client->offered : "none");
		return;
	}
	if (initial && strlen(mechanism) + strlen(initial) + 8 <= POP3_COMMAND_MAX) {
		/* an empty response is told from none (RFC 5034, 4) */
		pop3_client_command(client, STEP_SASL, "AUTH %s %s\r\n", mechanism,
				    *initial ? initial : "=");
		return;
	}
	client->initial = initial;
	pop3_client_command(client, STEP_SASL, "AUTH %s\r\n", mechanism);
}

/* The server goes on with AUTH. */
void pop3_login_challenge(struct pop3_client *client, const char *challenge)
{
	const char *response = client->initial;

	client->initial = NULL;
	if (!response || *challenge)
		response = client->ops->auth_respond(client->arg, challenge, false);
	/* what the server says to a cancel is a refusal */
	send_response(client, response ? response : "*");
}

/* A mechanism may demand that the server proves who it is, too. */
static bool is_proved(struct pop3_client *client)
{
	if (client->step != STEP_SASL || client->ops->auth_respond(client->arg, "", true))
		return true;
	pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
			   "the server did not prove that it knows the secret");
	return false;
}

static void log_in(struct pop3_client *client)
{
	const struct pop3_client_config *config = client->config;

	if (config->login == POP3_LOGIN_SASL)
		send_auth(client);
	else if (!*config->user || !is_plain(config->user, config->login == POP3_LOGIN_USER) ||
		 !is_plain(config->secret, true))
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "user name or secret has characters that POP3 cannot carry");
	else if (config->login != POP3_LOGIN_USER && client->timestamp[0])
		send_apop(client);
	else if (config->login == POP3_LOGIN_APOP)
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED,
				   "the server offers no valid timestamp for APOP");
	else
		send_user(client);
}

/* The server is ready, or TLS stands. */
void pop3_login_begin(struct pop3_client *client)
{
	if (!client->config->no_capa)
		ask_capabilities(client);
	else
		capabilities_known(client);
}

/* Refusals that pass by themselves: the response codes say so. */
static bool is_temporary(const char *line)
{
	static const char *const codes[] = { "[IN-USE]", "[LOGIN-DELAY]", "[SYS/TEMP]" };
	const char *text = pop3_status_text(line);
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strncasecmp(text, codes[i], strlen(codes[i])))
			return true;
	return false;
}

static void login_refused(struct pop3_client *client, const char *line)
{
	if (is_temporary(line))
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "login not possible now: %s",
				   pop3_status_text(line));
	else if (client->step == STEP_APOP && client->config->login == POP3_LOGIN_ANY)
		send_user(client);
	else
		pop3_client_finish(client, POP3_OUTCOME_LOGIN_REFUSED, "login refused: %s",
				   pop3_status_text(line));
}

static void logged_in(struct pop3_client *client)
{
	client->logged_in = true;
	if (client->offer_of_user)
		ask_capabilities(client);
	else
		pop3_visit_begin(client);
}

void pop3_login_positive(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_GREETING:
		keep_timestamp(client, line);
		pop3_login_begin(client);
		break;
	case STEP_CAPA:
		client->list_lines = 0;
		pop3_client_await(client, STEP_CAPA_LINES);
		break;
	case STEP_STLS:
		pop3_client_await(client, STEP_TLS);
		break;
	case STEP_UTF8:
		log_in(client);
		break;
	case STEP_USER:
		pop3_client_command(client, STEP_PASS, "PASS %s\r\n", client->config->secret);
		break;
	default:
		if (is_proved(client))
			logged_in(client);
	}
}

void pop3_login_negative(struct pop3_client *client, const char *line)
{
	switch (client->step) {
	case STEP_GREETING:
		pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "the server is not ready: %s",
				   pop3_status_text(line));
		break;
	case STEP_CAPA:
		/* an older server, which has nothing of what it would list */
		capabilities_known(client);
		break;
	case STEP_STLS:
		if (client->config->tls == POP3_CLIENT_TLS_OFFERED)
			begin_login(client);
		else
			pop3_client_finish(client, POP3_OUTCOME_TEMPORARY, "STLS refused: %s",
					   pop3_status_text(line));
		break;
	case STEP_UTF8:
		log_in(client);
		break;
	default:
		login_refused(client, line);
	}
}
