/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sasl: logging in, of both sides, for all mail protocols (RFC 4422)
 *
 * The exchange is the library's (GNU SASL), but for OAUTHBEARER and XOAUTH2, which
 * are one message each. Challenges and responses are base64, as AUTH of SMTP and
 * of POP3 carries them. Nothing here is ever logged.
 */
#ifndef IFAX_SASL_H
#define IFAX_SASL_H

#include <stdbool.h>
#include <stddef.h>

struct sasl;

/**
 * struct sasl_account - what a client logs in with
 * @user: name; "" with EXTERNAL: as the certificate says
 * @secret: password, or access token if @token
 * @token: @secret is a token of OAuth 2.0: OAUTHBEARER, XOAUTH2
 * @mechanism: the only ones that may be used; NULL: all that fit
 * @mechanisms: their number
 * @clear: without TLS a password may go over the wire as it is
 * @host: name of the server, for OAUTHBEARER
 * @port: of the server
 */
struct sasl_account {
	const char *user;
	const char *secret;
	bool token;
	const char **mechanism;
	size_t mechanisms;
	bool clear;
	const char *host;
	unsigned int port;
};

/**
 * sasl_login - begin to log in to a server
 * @account: outlives the exchange
 * @offered: mechanisms of the server, separated by spaces
 * @secure: TLS protects the session
 * @mechanism: receives the one that was chosen, the strongest first
 * @initial: receives the first response, NULL: the server speaks first
 *
 * Return: the exchange, NULL: no mechanism can be used.
 */
struct sasl *sasl_login(const struct sasl_account *account, const char *offered, bool secure,
			const char **mechanism, const char **initial);

/**
 * sasl_respond - answer a challenge
 * @final: the server says that we are in: @challenge is what came with it, or ""
 *
 * Return: the response, valid until the next call; NULL: cancel. With @final: NULL:
 * the server did not prove who it is, as the mechanism demands.
 */
const char *sasl_respond(struct sasl *sasl, const char *challenge, bool final);

/** sasl_conceal - take out of a text of the server the secret, and what was said last */
void sasl_conceal(const struct sasl *sasl, char *text);

/** enum sasl_step - where the exchange of a server stands */
enum sasl_step { SASL_CHALLENGE, SASL_GOOD, SASL_BAD };

/** sasl_offer - what a server offers, by the most that the file knows of any of its @users */
const char *sasl_offer(const char *users, bool secure);

/**
 * sasl_serve - begin the exchange of a server
 * @users: file, see users.h
 * @mechanism: one of those that were offered, in any case
 *
 * Return: the exchange, NULL: there is no such mechanism, or no memory.
 */
struct sasl *sasl_serve(const char *users, const char *mechanism);

/**
 * sasl_judge - go on with what the client says
 * @response: base64; NULL: it has said nothing yet
 * @challenge: receives the next challenge, "" if there is nothing to tell
 */
enum sasl_step sasl_judge(struct sasl *sasl, const char *response, const char **challenge);

/** sasl_user - who logs in, "" as long as that is not known; without control characters */
const char *sasl_user(const struct sasl *sasl);

/** sasl_end - free it and wipe its secrets; NULL is allowed */
void sasl_end(struct sasl *sasl);

#endif /* IFAX_SASL_H */
