// SPDX-License-Identifier: GPL-2.0
/*
 * sasl: logging in, of both sides, for all mail protocols
 */
#include <gsasl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/smtp_reply.h"
#include "sasl.h"
#include "users.h"

#define TOKEN_TEXT_BYTES	8192

struct sasl {
	Gsasl *library;
	Gsasl_session *session;
	const struct sasl_account *account;	/* of a client */
	const char *users;			/* of a server */
	bool oauth;
	bool bearer;				/* OAUTHBEARER, not XOAUTH2 */
	bool begun;				/* the library has put its first question */
	bool complete;				/* the library has nothing more to check */
	char *text;				/* what was said last, base64 */
	char user[USER_NAME_MAX + 1];
	bool found;
	struct user record;			/* of @user, once it is known */
};

static void forget_text(struct sasl *sasl)
{
	if (sasl->text)
		explicit_bzero(sasl->text, strlen(sasl->text));
	free(sasl->text);
	sasl->text = NULL;
}

void sasl_end(struct sasl *sasl)
{
	if (!sasl)
		return;
	forget_text(sasl);
	explicit_bzero(&sasl->record, sizeof(sasl->record));
	if (sasl->session)
		gsasl_finish(sasl->session);
	if (sasl->library)
		gsasl_done(sasl->library);
	free(sasl);
}

static bool open_library(struct sasl *sasl, Gsasl_callback_function callback)
{
	if (gsasl_init(&sasl->library) != GSASL_OK) {
		sasl->library = NULL;
		return false;
	}
	gsasl_callback_set(sasl->library, callback);
	gsasl_callback_hook_set(sasl->library, sasl);
	return true;
}

/* The client */

/**
 * struct mechanism - what can be used, the strongest first
 * @token: with an access token
 * @external: with a certificate, only if it is asked for by name
 * @clear: the password goes over the wire as it is
 * @first: the client speaks first
 */
struct mechanism {
	const char *name;
	bool token;
	bool external;
	bool clear;
	bool first;
};

static const struct mechanism mechanisms[] = {
	{ .name = "OAUTHBEARER", .token = true, .first = true },
	{ .name = "XOAUTH2", .token = true, .first = true },
	{ .name = "EXTERNAL", .external = true, .first = true },
	{ .name = "SCRAM-SHA-256", .first = true },
	{ .name = "SCRAM-SHA-1", .first = true },
	{ .name = "CRAM-MD5" },
	{ .name = "PLAIN", .clear = true, .first = true },
	{ .name = "LOGIN", .clear = true },
};

static bool is_allowed(const struct sasl_account *account, const struct mechanism *mechanism,
		       bool secure)
{
	bool named = false;

	for (size_t i = 0; i < account->mechanisms; i++)
		named |= !strcasecmp(account->mechanism[i], mechanism->name);
	if (account->mechanisms ? !named : mechanism->external)
		return false;
	if (mechanism->external)
		return true;
	/* a token is a password, too */
	if ((mechanism->clear || mechanism->token) && !secure && !account->clear)
		return false;
	return mechanism->token == account->token;
}

static int client_value(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	const struct sasl *sasl = gsasl_callback_hook_get(library);

	switch (property) {
	case GSASL_AUTHID:
		return gsasl_property_set(session, property, sasl->account->user);
	case GSASL_PASSWORD:
		return gsasl_property_set(session, property, sasl->account->secret);
	case GSASL_AUTHZID:
		/* of EXTERNAL only: the others act as who they are */
		if (strcmp(gsasl_mechanism_name(session), "EXTERNAL"))
			return GSASL_NO_CALLBACK;
		return gsasl_property_set(session, property, sasl->account->user);
	default:
		return GSASL_NO_CALLBACK;
	}
}

static const char *keep_base64(struct sasl *sasl, const char *bytes, size_t len)
{
	forget_text(sasl);
	sasl->text = malloc(len / 3 * 4 + 8);
	if (sasl->text)
		EVP_EncodeBlock((unsigned char *)sasl->text, (const unsigned char *)bytes, len);
	return sasl->text;
}

/* RFC 5801: a comma and an equals sign in a name are written in hexadecimal. */
static void put_name(char *to, size_t size, const char *name)
{
	size_t used = 0;

	for (; *name && used + 4 < size; name++) {
		if (*name == ',' || *name == '=')
			used += sprintf(to + used, "=%02X", *name);
		else
			to[used++] = *name;
	}
	to[used] = 0;
}

/* RFC 7628, and what came before it. */
static const char *oauth_text(struct sasl *sasl)
{
	const struct sasl_account *account = sasl->account;
	char text[TOKEN_TEXT_BYTES];
	char user[512];
	const char *said;
	int len;

	put_name(user, sizeof(user), account->user);
	if (sasl->bearer)
		len = snprintf(text, sizeof(text),
			       "n,a=%s,\001host=%s\001port=%u\001auth=Bearer %s\001\001", user,
			       account->host, account->port, account->secret);
	else
		len = snprintf(text, sizeof(text), "user=%s\001auth=Bearer %s\001\001",
			       account->user, account->secret);
	said = len > 0 && len < TOKEN_TEXT_BYTES ? keep_base64(sasl, text, len) : NULL;
	explicit_bzero(text, sizeof(text));
	return said;
}

static const char *client_step(struct sasl *sasl, const char *challenge)
{
	int result;

	forget_text(sasl);
	result = gsasl_step64(sasl->session, challenge, &sasl->text);
	sasl->complete = result == GSASL_OK;
	return result == GSASL_OK || result == GSASL_NEEDS_MORE ? sasl->text : NULL;
}

static struct sasl *try_login(const struct sasl_account *account, const struct mechanism *mechanism,
			      const char **initial)
{
	struct sasl *sasl = calloc(1, sizeof(*sasl));

	if (!sasl)
		return NULL;
	sasl->account = account;
	*initial = NULL;
	if (mechanism->token) {
		sasl->oauth = true;
		sasl->bearer = !strcmp(mechanism->name, "OAUTHBEARER");
		*initial = oauth_text(sasl);
		if (*initial)
			return sasl;
	} else if (open_library(sasl, client_value) &&
		   gsasl_client_start(sasl->library, mechanism->name, &sasl->session) == GSASL_OK) {
		if (mechanism->first)
			*initial = client_step(sasl, NULL);
		if (*initial || !mechanism->first)
			return sasl;
	}
	sasl_end(sasl);
	return NULL;
}

struct sasl *sasl_login(const struct sasl_account *account, const char *offered, bool secure,
			const char **mechanism, const char **initial)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		struct sasl *sasl;

		if (!mail_text_has_word(offered, mechanisms[i].name) ||
		    !is_allowed(account, &mechanisms[i], secure))
			continue;
		sasl = try_login(account, &mechanisms[i], initial);
		*mechanism = mechanisms[i].name;
		if (sasl)
			return sasl;
	}
	return NULL;
}

const char *sasl_respond(struct sasl *sasl, const char *challenge, bool final)
{
	if (sasl->oauth) {
		if (final)
			return "";
		/* the challenge says what is wrong; the refusal comes when we have heard it */
		return sasl->bearer ? "AQ==" : "";
	}
	/* SCRAM: the server's proof may come with the success */
	if (final && !sasl->complete && *challenge)
		client_step(sasl, challenge);
	if (final)
		return sasl->complete ? "" : NULL;
	if (sasl->complete)
		return NULL;
	return client_step(sasl, challenge);
}

void sasl_conceal(const struct sasl *sasl, char *text)
{
	mail_text_conceal(text, sasl->account->secret);
	if (sasl->text)
		mail_text_conceal(text, sasl->text);
}

/* The server */

const char *sasl_offer(const char *users, bool secure)
{
	static const char * const offers[][2] = {
		[USERS_SHA256] = { "SCRAM-SHA-256", "SCRAM-SHA-256 PLAIN LOGIN" },
		[USERS_SHA1] = {
			"SCRAM-SHA-256 SCRAM-SHA-1", "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN LOGIN",
		},
		[USERS_SECRETS] = {
			"SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5",
			"SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN",
		},
	};

	return offers[users_kind(users)][secure];
}

/* What is known of a user is read once: the steps of an exchange belong together. */
static bool keep_user(struct sasl *sasl, Gsasl_session *session)
{
	const char *name = gsasl_property_fast(session, GSASL_AUTHID);

	if (*sasl->user)
		return true;
	if (!name || !*name || strlen(name) > USER_NAME_MAX)
		return false;
	sasl->found = users_find(sasl->users, name, &sasl->record);
	snprintf(sasl->user, sizeof(sasl->user), "%s", name);
	mail_text_clean(sasl->user);
	return true;
}

/* Of SCRAM-SHA-1 or SCRAM-SHA-256; false: it is neither */
static bool find_hash(Gsasl_session *session, enum user_hash *hash)
{
	const char *mechanism = gsasl_mechanism_name(session);

	*hash = strcmp(mechanism, "SCRAM-SHA-1") ? USER_SHA256 : USER_SHA1;
	return !strncmp(mechanism, "SCRAM-", 6);
}

static int server_value(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct sasl *sasl = gsasl_callback_hook_get(library);
	struct user *user = &sasl->record;
	const char *secret = gsasl_property_fast(session, GSASL_PASSWORD);
	const char *other = gsasl_property_fast(session, GSASL_AUTHZID);
	enum user_hash hash;
	bool scram = find_hash(session, &hash);

	if (!keep_user(sasl, session))
		return GSASL_NO_CALLBACK;
	switch (property) {
	case GSASL_VALIDATE_SIMPLE:
		/* nobody acts for somebody else */
		if (other && *other && strcmp(other, sasl->user))
			return GSASL_AUTHENTICATION_ERROR;
		return user_knows(user, secret ? secret : "") && sasl->found ?
			GSASL_OK : GSASL_AUTHENTICATION_ERROR;
	case GSASL_PASSWORD:
		return *user->secret && !scram ?
			gsasl_property_set(session, property, user->secret) : GSASL_NO_CALLBACK;
	case GSASL_SCRAM_ITER:
		if (!user_make_keys(user, hash))
			return GSASL_NO_CALLBACK;
		return gsasl_property_set(session, property, user->keys[hash].iterations);
	case GSASL_SCRAM_SALT:
		return gsasl_property_set(session, property, user->keys[hash].salt);
	case GSASL_SCRAM_STOREDKEY:
		return gsasl_property_set(session, property, user->keys[hash].stored_key);
	case GSASL_SCRAM_SERVERKEY:
		return gsasl_property_set(session, property, user->keys[hash].server_key);
	default:
		return GSASL_NO_CALLBACK;
	}
}

struct sasl *sasl_serve(const char *users, const char *mechanism)
{
	struct sasl *sasl;

	if (!mail_text_has_word(sasl_offer(users, true), mechanism))
		return NULL;
	sasl = calloc(1, sizeof(*sasl));
	if (!sasl)
		return NULL;
	sasl->users = users;
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
		if (!strcasecmp(mechanisms[i].name, mechanism))
			mechanism = mechanisms[i].name;
	if (open_library(sasl, server_value) &&
	    gsasl_server_start(sasl->library, mechanism, &sasl->session) == GSASL_OK)
		return sasl;
	sasl_end(sasl);
	return NULL;
}

/* LOGIN asks for the name even of those who have said it with AUTH, as many programs do. */
static bool has_answered(const struct sasl *sasl, const char *response)
{
	return !sasl->begun && response && *response &&
	       !strcmp(gsasl_mechanism_name(sasl->session), "LOGIN");
}

enum sasl_step sasl_judge(struct sasl *sasl, const char *response, const char **challenge)
{
	int result;

	/* the proof of the server was heard: there is nothing more to check */
	if (sasl->complete)
		return response && *response ? SASL_BAD : SASL_GOOD;
	if (has_answered(sasl, response))
		gsasl_step64(sasl->session, NULL, &sasl->text);
	sasl->begun = true;
	forget_text(sasl);
	result = gsasl_step64(sasl->session, response, &sasl->text);
	*challenge = sasl->text ? sasl->text : "";
	if (result == GSASL_NEEDS_MORE)
		return SASL_CHALLENGE;
	if (result != GSASL_OK)
		return SASL_BAD;
	sasl->complete = true;
	return **challenge ? SASL_CHALLENGE : SASL_GOOD;
}

const char *sasl_user(const struct sasl *sasl)
{
	return sasl->user;
}
