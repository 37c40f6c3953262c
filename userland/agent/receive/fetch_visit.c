// SPDX-License-Identifier: GPL-2.0
/*
 * fetch_visit: one visit to a maildrop on another server (POP3)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrivals.h"
#include "fetch_private.h"
#include "log.h"
#include "net/connection.h"
#include "net/dial.h"
#include "net/oauth.h"
#include "net/secret_file.h"
#include "store/repeats.h"
#include "worker.h"

#define HEADER_BYTES_MAX	65536	/* more of a header is not looked at */

/* Logging in */

const char *fetch_auth_begin(void *arg, const char *offered, bool secure, const char **initial)
{
	struct fetch_visit *visit = arg;
	const char *mechanism;

	sasl_end(visit->sasl);
	visit->sasl = sasl_login(&visit->login, offered, secure, &mechanism, initial);
	return visit->sasl ? mechanism : NULL;
}

const char *fetch_auth_respond(void *arg, const char *challenge, bool final)
{
	struct fetch_visit *visit = arg;

	return sasl_respond(visit->sasl, challenge, final);
}

void fetch_auth_conceal(void *arg, char *text)
{
	const struct fetch_visit *visit = arg;

	mail_text_conceal(text, visit->secret);
	if (visit->sasl)
		sasl_conceal(visit->sasl, text);
}

void fetch_logged_in(void *arg)
{
	struct fetch_visit *visit = arg;

	visit->logged_in(visit->arg);
}

/* Ending */

/* What is the same whether it fetches or lists */
void fetch_note_end(struct fetch_visit *visit, enum pop3_outcome outcome)
{
	visit->login_delay_s = pop3_client_offer(visit->engine)->login_delay_s;
	/* a token may have been taken back before its end */
	visit->refused = outcome == POP3_OUTCOME_LOGIN_REFUSED && visit->sasl &&
			 visit->account->oauth && !visit->refreshed;
	visit->later = outcome == POP3_OUTCOME_TEMPORARY ||
		       outcome == POP3_OUTCOME_UPDATE_UNKNOWN;
}

void fetch_visit_cancel(struct fetch_visit *visit)
{
	if (!visit)
		return;
	if (visit->refresh)
		worker_stop(visit->refresh);
	worker_leave(visit->refresh);
	dial_cancel(visit->dial);
	connection_free(visit->connection);
	pop3_client_destroy(visit->engine);
	sasl_end(visit->sasl);
	for (unsigned int i = 0; i < STORING_MAX; i++) {
		arrivals_forget(visit->station->arrivals, &visit->storing[i]);
		if (visit->storing[i].decided)
			event_free(visit->storing[i].decided);
	}
	spool_discard(&visit->file);
	content_sum_free(&visit->sum);
	fetch_forget_listed(visit);
	explicit_bzero(visit->secret, sizeof(visit->secret));
	free(visit);
}

static void end_visit(struct fetch_visit *visit)
{
	visit->ended(visit->arg, visit->later, visit->result);
	fetch_visit_cancel(visit);
}

static void refresh_token(struct fetch_visit *visit, const char *refused);

static void on_closed(void *arg)
{
	struct fetch_visit *visit = arg;

	/* freed by who calls */
	visit->connection = NULL;
	if (!visit->refused) {
		end_visit(visit);
		return;
	}
	pop3_client_destroy(visit->engine);
	visit->engine = NULL;
	refresh_token(visit, visit->secret);
}

static void fail(struct fetch_visit *visit, const char *reason)
{
	log_event(LOG_WARNING, "fetcher.visit account=%s error=%s", visit->account->title, reason);
	snprintf(visit->result, sizeof(visit->result), "%s", reason);
	visit->later = true;
	end_visit(visit);
}

/* The engine */

static void engine_eof(void *engine, const char *why)
{
	pop3_client_eof(engine, why);
}

DEFINE_ENGINE_TLS(pop3_client);
DEFINE_ENGINE_OPS(pop3_client, ENGINE_TLS);

/* Beginning */

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	const struct fetch_visit *visit = arg;

	return tls_connect(&visit->account->tls, visit->account->host, fd, reason, bytes);
}

static void on_dialed(void *arg, int fd, const char *reason)
{
	struct fetch_visit *visit = arg;

	visit->dial = NULL;
	if (fd < 0) {
		fail(visit, reason);
		return;
	}
	visit->engine = pop3_client_create(&visit->config,
					   visit->listing ? &fetch_looking_ops :
							    &fetch_taking_ops, visit);
	if (!visit->engine) {
		close(fd);
		fail(visit, "out of memory");
		return;
	}
	visit->connection = connection_create(visit->station->base, fd, &engine_ops, visit->engine,
					      on_closed, visit);
	if (!visit->connection) {
		fail(visit, "out of memory");
		return;
	}
	connection_set_tls(visit->connection, start_tls);
	pop3_client_start(visit->engine);
	connection_pump(visit->connection);
}

static enum pop3_client_tls tls_of(const struct tls_demand *demand)
{
	if (demand->implicit)
		return POP3_CLIENT_TLS_FIRST;
	if (demand->policy == TLS_NONE)
		return POP3_CLIENT_TLS_NONE;
	return demand->policy == TLS_OPPORTUNISTIC ? POP3_CLIENT_TLS_OFFERED :
						     POP3_CLIENT_TLS_REQUIRED;
}

static void fill_config(struct fetch_visit *visit)
{
	const struct config_account *account = visit->account;
	const struct config *config = &visit->station->config;

	visit->config = (struct pop3_client_config){
		.user = account->user,
		.secret = visit->secret,
		.login = account->login,
		.tls = tls_of(&account->tls),
		.no_capa = !account->capa,
		.message_bytes_max = visit->listing ? HEADER_BYTES_MAX :
						      config->limits.message_bytes,
		.storing_max = STORING_MAX,
		.messages_max = MESSAGES_MAX,
		.timeouts = config->pop3_client,
	};
	visit->login = (struct sasl_account){
		.user = account->user,
		.secret = visit->secret,
		.mechanism = account->auth.item,
		.mechanisms = account->auth.items,
		.clear = account->auth_without_tls,
		.token = account->oauth,
		.host = account->host,
		.port = account->port,
	};
}

static bool dial_server(struct fetch_visit *visit)
{
	const struct config_account *account = visit->account;

	visit->dial = dial_start(visit->station->resolver, account->host, account->port,
				 visit->station->config.pop3_connect_ms, on_dialed, visit);
	return visit->dial;
}

/* Tokens */

static void on_refreshed(void *arg, enum worker_end end, const char *text)
{
	struct fetch_visit *visit = arg;
	const struct config_oauth *oauth = visit->account->oauth;
	char why[400], reason[512];
	bool fresh;

	visit->refresh = NULL;
	visit->refreshed = true;
	if (end != WORKER_DONE) {
		snprintf(reason, sizeof(reason), "no fresh token of %s: %.300s", oauth->title,
			 text);
		fail(visit, reason);
	} else if (!oauth_token(oauth, visit->secret, sizeof(visit->secret), &fresh, why,
				sizeof(why))) {
		fail(visit, why);
	} else if (!dial_server(visit)) {
		fail(visit, "out of memory");
	}
}

static void refresh_token(struct fetch_visit *visit, const char *refused)
{
	visit->refused = false;
	visit->refresh = oauth_refresh(visit->station->base, visit->account->oauth, refused,
				       on_refreshed, visit);
	if (!visit->refresh)
		fail(visit, "ifax-token could not be started");
}

/* Read anew each time: a changed secret needs no restart. false: @reason tells why not */
static bool read_secret(struct fetch_visit *visit, bool *fresh, char *reason, size_t bytes)
{
	const struct config_account *account = visit->account;
	char why[400];

	*fresh = true;
	if (!account->oauth)
		return secret_file_line(account->secret_file, visit->secret, sizeof(visit->secret),
					reason, bytes);
	if (oauth_token(account->oauth, visit->secret, sizeof(visit->secret), fresh, why,
			sizeof(why)))
		return true;
	snprintf(reason, bytes, "%s (ifax authorise %s)", why, account->oauth->title);
	return false;
}

/* true: it is on its way. fail() is not for here: who started the visit is told at once. */
static bool begin(struct fetch_visit *visit, bool fresh)
{
	if (fresh)
		return dial_server(visit);
	visit->refresh = oauth_refresh(visit->station->base, visit->account->oauth, NULL,
				       on_refreshed, visit);
	return visit->refresh;
}

struct fetch_visit *fetch_visit_start(struct station *station, const struct config_account *account,
				      struct fetch_listing *listing, void (*logged_in)(void *arg),
				      void (*ended)(void *arg, bool later, const char *result),
				      void *arg, char *reason, size_t bytes)
{
	struct fetch_visit *visit;
	int64_t secret;
	bool fresh;

	/* what seems to be fetched already may not be */
	if (!listing && arrivals_in_doubt(station->arrivals)) {
		snprintf(reason, bytes, "mail cannot be stored: the disk fails");
		return NULL;
	}
	snprintf(reason, bytes, "out of memory");
	visit = calloc(1, sizeof(*visit));
	if (!visit)
		return NULL;
	secret = repeats_secret(station->jobs);
	memcpy(visit->sum_key, &secret, sizeof(secret));
	visit->station = station;
	visit->account = account;
	visit->listing = listing;
	visit->logged_in = logged_in;
	visit->ended = ended;
	visit->arg = arg;
	visit->file.fd = -1;
	for (unsigned int i = 0; i < STORING_MAX; i++) {
		visit->storing[i].decided = evtimer_new(station->base, fetch_place_decided,
							&visit->storing[i]);
		if (!visit->storing[i].decided)
			goto cancel;
	}
	if (!read_secret(visit, &fresh, reason, bytes))
		goto cancel;
	fill_config(visit);
	snprintf(reason, bytes, "out of memory");
	if (begin(visit, fresh))
		return visit;

cancel:
	fetch_visit_cancel(visit);
	return NULL;
}

long fetch_visit_login_delay_ms(const struct fetch_visit *visit)
{
	return visit->login_delay_s * 1000L;
}

void fetch_visit_progress(const struct fetch_visit *visit, char *text, size_t bytes)
{
	int64_t ms = visit->started_ms ? now_ms() - visit->started_ms : 0;

	if (visit->refresh)
		snprintf(text, bytes, "getting a token of %s", visit->account->oauth->title);
	else if (!visit->engine)
		snprintf(text, bytes, "connecting to %s", visit->account->host);
	else if (visit->listing)
		snprintf(text, bytes, "listing what lies at %s", visit->account->host);
	else if (!visit->started_ms)
		snprintf(text, bytes, "talking to %s", visit->account->host);
	else
		snprintf(text, bytes, "%u of %u fetched, %llu KiB, %lld KiB/s", visit->taken,
			 visit->wanted, (unsigned long long)visit->bytes >> 10,
			 ms > 0 ? (long long)(visit->bytes * 1000 / ms >> 10) : 0);
}
