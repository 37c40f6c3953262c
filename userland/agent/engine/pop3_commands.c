// SPDX-License-Identifier: GPL-2.0
/* POP3 server engine: what the commands mean (RFC 1939, 5 to 7; RFC 2449, 5). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pop3_session.h"
#include "smtp_reply.h"

/* A message by its number; 0: it is none, and that was said. */
static unsigned int message_number(struct pop3_server *server, const char *text)
{
	unsigned long number = 0;

	if (*text && strlen(text) <= 9 && strspn(text, "0123456789") == strlen(text))
		number = strtoul(text, NULL, 10);
	if (number < 1 || number > server->count) {
		pop3_session_err(server, "there is no message %.20s", text);
		return 0;
	}
	if (pop3_server_get_deleted(server, (unsigned int)number)) {
		pop3_session_err(server, "message %lu was deleted", number);
		return 0;
	}
	return (unsigned int)number;
}

/* AUTHORIZATION */

static bool secret_allowed(struct pop3_server *server)
{
	if (pop3_session_plaintext(server))
		return true;
	pop3_session_err(server, server->config->tls_offered ?
			 "[AUTH] not in clear: STLS first" : "[AUTH] not in clear");
	return false;
}

static void command_user(struct pop3_server *server, char *args)
{
	if (!secret_allowed(server))
		return;
	if (strlen(args) > POP3_USER_MAX) {
		pop3_session_err(server, "a name may have %d bytes at most", POP3_USER_MAX);
		return;
	}
	strcpy(server->user, args);
	/* the same for every name: nobody learns which there are */
	pop3_session_ok(server, "and the password?");
}

static void command_pass(struct pop3_server *server, char *args)
{
	if (!secret_allowed(server))
		return;
	if (!server->user[0]) {
		pop3_session_err(server, "USER first");
		return;
	}
	pop3_reply_set(&server->reply, "[AUTH] name or password is wrong");
	pop3_session_login(server, server->ops->pass(server->arg, server->user, args,
						     &server->reply));
}

static void command_apop(struct pop3_server *server, char *args)
{
	char *digest = strrchr(args, ' ');

	if (!server->timestamp || !server->ops->apop) {
		pop3_session_err(server, "APOP is not offered");
		return;
	}
	if (!digest || strlen(digest + 1) != 32 || digest - args > POP3_USER_MAX) {
		pop3_session_err(server, "use APOP name digest");
		return;
	}
	*digest++ = '\0';
	pop3_reply_set(&server->reply, "[AUTH] name or digest is wrong");
	pop3_session_login(server, server->ops->apop(server->arg, args, server->timestamp, digest,
						     &server->reply));
}

/* What is offered now. */
static const char *mechanisms(const struct pop3_server *server)
{
	const struct pop3_server_config *config = server->config;
	const char *words = pop3_session_plaintext(server) ? config->auth_secure : config->auth;

	return server->ops->auth && words ? words : "";
}

/* AUTH alone lists the mechanisms, as before RFC 5034; some programs still ask so. */
static void list_mechanisms(struct pop3_server *server)
{
	pop3_session_ok(server, "mechanisms");
	for (const char *at = mechanisms(server); *at; at += strspn(at, " ")) {
		int len = (int)strcspn(at, " ");

		mail_output_printf(&server->output, "%.*s\r\n", len, at);
		at += len;
	}
	mail_output_printf(&server->output, ".\r\n");
}

static void command_auth(struct pop3_server *server, char *args)
{
	const char *secure = server->config->auth_secure;
	char *response = args + strcspn(args, " ");

	if (!*args) {
		list_mechanisms(server);
		return;
	}
	if (*response)
		*response++ = '\0';
	else
		response = NULL;
	if (!mail_text_has_word(mechanisms(server), args)) {
		if (!secure || !mail_text_has_word(secure, args) || secret_allowed(server))
			pop3_session_err(server, "mechanism %.40s is not offered", args);
		return;
	}
	pop3_reply_set(&server->reply, "[AUTH] name or secret is wrong");
	pop3_session_login(server, server->ops->auth(server->arg, args, response, &server->reply));
}

/* A line of the client within AUTH. */
static void sasl_response(struct pop3_server *server, const char *line)
{
	server->state = POP3_AUTHORIZATION;
	if (!strcmp(line, "*")) {
		server->ops->auth(server->arg, NULL, NULL, &server->reply);
		pop3_session_err(server, "AUTH was cancelled");
		return;
	}
	pop3_reply_set(&server->reply, "[AUTH] name or secret is wrong");
	pop3_session_login(server, server->ops->auth(server->arg, NULL, line, &server->reply));
}

static void command_stls(struct pop3_server *server, char *args)
{
	if (server->tls || !server->config->tls_offered) {
		pop3_session_err(server, server->tls ? "TLS is active" : "TLS is not offered");
		return;
	}
	pop3_session_ok(server, "begin TLS");
	server->state = POP3_STARTING_TLS;
}

static void command_utf8(struct pop3_server *server, char *args)
{
	if (*args && strcasecmp(args, "USER"))
		pop3_session_err(server, "use UTF8 or UTF8 USER");
	else
		pop3_session_ok(server, "messages are sent as they are");
}

/* Any state */

static void command_capa(struct pop3_server *server, char *args)
{
	const struct pop3_server_config *config = server->config;

	pop3_session_ok(server, "capabilities");
	mail_output_printf(&server->output, "TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n"
			   "PIPELINING\r\nUTF8 USER\r\nLANG\r\n");
	if (config->expire_days < 0)
		mail_output_printf(&server->output, "EXPIRE NEVER\r\n");
	else
		mail_output_printf(&server->output, "EXPIRE %d\r\n", config->expire_days);
	if (server->state == POP3_AUTHORIZATION && pop3_session_plaintext(server))
		mail_output_printf(&server->output, "USER\r\n");
	if (*mechanisms(server))
		mail_output_printf(&server->output, "SASL %s\r\n", mechanisms(server));
	if (config->tls_offered && !server->tls && server->state == POP3_AUTHORIZATION)
		mail_output_printf(&server->output, "STLS\r\n");
	mail_output_printf(&server->output, "IMPLEMENTATION ifax\r\n.\r\n");
}

static void command_quit(struct pop3_server *server, char *args)
{
	if (server->state == POP3_TRANSACTION) {
		pop3_session_update(server);
		return;
	}
	pop3_session_ok(server, "%s closing", server->config->host_name);
	pop3_session_close(server);
}

/* TRANSACTION */

static void command_stat(struct pop3_server *server, char *args)
{
	struct pop3_listing listing;
	uint64_t bytes = 0;

	for (unsigned int number = 1; number <= server->count; number++) {
		if (pop3_server_get_deleted(server, number))
			continue;
		server->ops->listing(server->arg, number, &listing);
		bytes += listing.bytes;
	}
	pop3_session_ok(server, "%u %llu", server->count - server->deletions,
			(unsigned long long)bytes);
}

static void list(struct pop3_server *server, const char *args, enum pop3_list kind)
{
	struct pop3_listing listing;
	unsigned int number;

	if (!*args) {
		pop3_session_ok(server, "%u messages", server->count - server->deletions);
		pop3_list_begin(server, kind);
		return;
	}
	number = message_number(server, args);
	if (!number)
		return;
	server->ops->listing(server->arg, number, &listing);
	if (kind == POP3_LIST_SIZES)
		pop3_session_ok(server, "%u %llu", number, (unsigned long long)listing.bytes);
	else
		pop3_session_ok(server, "%u %s", number, listing.unique_id);
}

static void command_list(struct pop3_server *server, char *args)
{
	list(server, args, POP3_LIST_SIZES);
}

static void command_uidl(struct pop3_server *server, char *args)
{
	list(server, args, POP3_LIST_UNIQUE_IDS);
}

/* Begin to send a message; false: it cannot be, and that was said. */
static bool begin_text(struct pop3_server *server, unsigned int number)
{
	if (pop3_text_begin(server, number))
		return true;
	pop3_session_err(server, "[SYS/TEMP] message %u cannot be read now", number);
	return false;
}

static void command_retr(struct pop3_server *server, char *args)
{
	unsigned int number = message_number(server, args);
	struct pop3_listing listing;

	if (!number || !begin_text(server, number))
		return;
	server->ops->listing(server->arg, number, &listing);
	pop3_session_ok(server, "%llu octets", (unsigned long long)listing.bytes);
	pop3_text_advance(server);
}

static void command_top(struct pop3_server *server, char *args)
{
	char *lines = args + strcspn(args, " ");
	unsigned int number;

	if (*lines)
		*lines++ = '\0';
	if (!*lines || strspn(lines, "0123456789") != strlen(lines)) {
		pop3_session_err(server, "use TOP message lines");
		return;
	}
	number = message_number(server, args);
	if (!number || !begin_text(server, number))
		return;
	/* a number that is too long becomes the largest one: all lines */
	pop3_text_limit(server, strtoull(lines, NULL, 10));
	pop3_session_ok(server, "the top of message %u", number);
	pop3_text_advance(server);
}

static void command_dele(struct pop3_server *server, char *args)
{
	unsigned int number = message_number(server, args);

	if (!number)
		return;
	server->deleted[(number - 1) / 8] |= 1U << (number - 1) % 8;
	server->deletions++;
	pop3_session_ok(server, "message %u will be deleted after QUIT", number);
}

static void command_rset(struct pop3_server *server, char *args)
{
	memset(server->deleted, 0, server->count / 8 + 1);
	server->deletions = 0;
	pop3_session_ok(server, "%u messages", server->count);
}

static void command_noop(struct pop3_server *server, char *args)
{
	pop3_session_ok(server, "%s", "");
}

/* RFC 6856, 3: what replies are written in */
static void command_lang(struct pop3_server *server, char *args)
{
	if (!*args) {
		pop3_session_ok(server, "languages");
		mail_output_printf(&server->output, "i-default English\r\nen English\r\n.\r\n");
	} else if (!strcasecmp(args, "en")) {
		pop3_session_ok(server, "en it is");
	} else if (!strcasecmp(args, "i-default") || !strcmp(args, "*")) {
		pop3_session_ok(server, "i-default it is, that is English");
	} else {
		pop3_session_err(server, "only English is spoken here");
	}
}

#define IN_AUTHORIZATION	(1U << POP3_AUTHORIZATION)
#define IN_TRANSACTION		(1U << POP3_TRANSACTION)

/**
 * struct pop3_command - a keyword
 * @keyword: in upper case
 * @run: what it does
 * @states: where it may be given
 * @arguments: 0: none, 1: it needs some, -1: it may have some
 */
struct pop3_command {
	const char *keyword;
	void (*run)(struct pop3_server *server, char *args);
	unsigned int states;
	int arguments;
};

static const struct pop3_command commands[] = {
	{ "USER", command_user, IN_AUTHORIZATION, 1 },
	{ "PASS", command_pass, IN_AUTHORIZATION, 1 },
	{ "APOP", command_apop, IN_AUTHORIZATION, 1 },
	{ "AUTH", command_auth, IN_AUTHORIZATION, -1 },
	{ "STLS", command_stls, IN_AUTHORIZATION, 0 },
	{ "UTF8", command_utf8, IN_AUTHORIZATION, -1 },
	{ "LANG", command_lang, IN_AUTHORIZATION | IN_TRANSACTION, -1 },
	{ "CAPA", command_capa, IN_AUTHORIZATION | IN_TRANSACTION, 0 },
	{ "QUIT", command_quit, IN_AUTHORIZATION | IN_TRANSACTION, 0 },
	{ "STAT", command_stat, IN_TRANSACTION, 0 },
	{ "LIST", command_list, IN_TRANSACTION, -1 },
	{ "UIDL", command_uidl, IN_TRANSACTION, -1 },
	{ "RETR", command_retr, IN_TRANSACTION, 1 },
	{ "TOP", command_top, IN_TRANSACTION, 1 },
	{ "DELE", command_dele, IN_TRANSACTION, 1 },
	{ "RSET", command_rset, IN_TRANSACTION, 0 },
	{ "NOOP", command_noop, IN_TRANSACTION, 0 },
};

static void run(struct pop3_server *server, const struct pop3_command *command, char *args)
{
	if (!(command->states & 1U << server->state))
		pop3_session_err(server, server->state == POP3_TRANSACTION ?
				 "you are logged in" : "log in first");
	else if (command->arguments == 0 && *args)
		pop3_session_err(server, "%s stands alone", command->keyword);
	else if (command->arguments == 1 && !*args)
		pop3_session_err(server, "%s of what?", command->keyword);
	else
		command->run(server, args);
}

/* Run one line of the client. */
void pop3_command_run(struct pop3_server *server, char *line)
{
	char *args = line + strcspn(line, " ");

	if (server->state == POP3_SASL) {
		sasl_response(server, line);
		return;
	}
	if (*args)
		*args++ = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcasecmp(line, commands[i].keyword)) {
			run(server, &commands[i], args);
			return;
		}
	}
	pop3_session_err(server, "command not known");
}
