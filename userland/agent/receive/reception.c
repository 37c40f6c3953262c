// SPDX-License-Identifier: GPL-2.0
/*
 * reception: one peer at the SMTP server: what it brings, and what becomes of it
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "admission.h"
#include "arrivals.h"
#include "header_scan.h"
#include "log.h"
#include "net/connection.h"
#include "net/sasl.h"
#include "net/users.h"
#include "reception.h"
#include "station.h"
#include "store/book.h"
#include "store/mailbox.h"

#define REFUSED_LOGIN_S	1
#define HOPS_HERE_MAX	100	/* Received lines: a mail with more goes round (RFC 5321, 6.3) */

/**
 * struct addressees - recipients that share a fate
 */
struct addressees {
	struct job_recipient *item;
	size_t items;
};

struct reception {
	struct receptions *all;
	struct reception *next;
	char peer[INET6_ADDRSTRLEN];
	struct connection *connection;
	struct smtp_server *engine;
	struct spool_file file;
	struct smtp_server_mail mail;
	struct header_scan header;
	struct repeat_key repeat_key;
	bool pending;				/* the peer talked before the reply was out */
	struct spf_check *check;	/* of the sender */
	bool checked;			/* it was, with this result */
	enum spf_result spf;
	struct inspection *inspection;	/* of the mail that has come */
	struct sasl *sasl;
	struct event *late;		/* the answer to a wrong secret */
	struct event *mail_due;		/* a mail is to be complete by then */
	char user[USER_NAME_MAX + 1];	/* who logged in, "": nobody */
	struct addressees here;
	struct addressees relay;
	char *features;			/* of the recipient that was taken last, "": not known */
};

/* The envelope */

static void clear_addressees(struct addressees *addressees)
{
	for (size_t i = 0; i < addressees->items; i++) {
		free((char *)addressees->item[i].address);
		free((char *)addressees->item[i].notify);
		free((char *)addressees->item[i].original);
	}
	free(addressees->item);
	*addressees = (struct addressees){ 0 };
}

static void clear_envelope(struct reception *session)
{
	spf_check_cancel(session->check);
	session->check = NULL;
	session->checked = false;
	spool_discard(&session->file);
	clear_addressees(&session->here);
	clear_addressees(&session->relay);
	free(session->features);
	session->features = NULL;
}

static struct visitor visitor_of(const struct reception *session)
{
	const struct station *station = session->all->station;
	const long ms = station->config.server.relay_after_pop3_ms;

	return (struct visitor){
		.peer = session->peer, .user = session->user,
		.collected = ms && recent_has(&station->pop3_logins, session->peer, steady_ms(),
					      ms),
	};
}

static void judge_spf(struct reception *session, enum spf_result result, struct smtp_reply *reply)
{
	const char *sender = session->mail.reverse_path.address;

	session->checked = true;
	session->spf = result;
	if (!admission_spf(&session->all->station->config.server, result, session->peer, sender,
			   reply))
		log_event(LOG_NOTICE, "listener.refused peer=%s from=%s spf=%s", session->peer,
			  sender, spf_name(result));
}

static void on_spf(void *arg, enum spf_result result)
{
	struct reception *session = arg;
	struct smtp_reply reply;

	session->check = NULL;
	smtp_reply_set(&reply, 250, "2.1.0", "sender ok");
	judge_spf(session, result, &reply);
	smtp_server_answer(session->engine, &reply);
	connection_pump(session->connection);
}

/* Is the sender who he says? */
static enum smtp_server_answer check_spf(struct reception *session, const struct visitor *visitor,
					 struct smtp_reply *reply)
{
	struct station *station = session->all->station;

	if (station->config.server.spf == SPF_OFF ||
	    admission_trusts(&station->config.server, visitor))
		return SMTP_SERVER_NOW;
	session->check = spf_check_start(station, session->peer,
					 smtp_server_get_hello(session->engine),
					 session->mail.reverse_path.address, on_spf, session);
	if (session->check)
		return SMTP_SERVER_LATER;
	judge_spf(session, SPF_CHECK_TEMPERROR, reply);
	return SMTP_SERVER_NOW;
}

static enum smtp_server_answer on_mail(void *arg, const struct smtp_server_mail *mail,
				       struct smtp_reply *reply)
{
	struct reception *session = arg;
	struct station *station = session->all->station;
	const struct config_limits *limits = &station->config.limits;
	const struct visitor visitor = visitor_of(session);

	session->mail = *mail;
	session->checked = false;
	if (!admission_sender(&station->config.server, &visitor, mail->reverse_path.address, reply))
		log_event(LOG_NOTICE, "listener.refused peer=%s from=%s", session->peer,
			  mail->reverse_path.address);
	else if (!rate_take(&session->all->rate, session->peer, limits->mails_per_minute,
			    steady_ms()))
		smtp_reply_set(reply, 450, "4.7.1", "too many mails in a minute, try again later");
	else if (spool_free_bytes(&station->spool) < limits->free_bytes + mail->size_bytes)
		smtp_reply_set(reply, 452, "4.3.1", "no room for the message now, try again later");
	else
		return check_spf(session, &visitor, reply);
	return SMTP_SERVER_NOW;
}

static bool keep_recipient(struct addressees *to, const char *address,
			   const struct smtp_server_rcpt *rcpt)
{
	struct job_recipient *recipient =
		reallocarray(to->item, to->items + 1, sizeof(*recipient));

	if (!recipient)
		return false;
	to->item = recipient;
	recipient += to->items++;
	*recipient = (struct job_recipient){
		.address = strdup(address),
		.notify = strdup(rcpt->notify),
		.original = strdup(rcpt->original),
	};
	return recipient->address && recipient->notify && recipient->original;
}

/*
 * What a recipient can receive, if that is asked: of ours what the station can, of others
 * what they told. false: a reply was set
 */
static bool find_features(struct reception *session, const struct smtp_server_rcpt *rcpt,
			  const char *onward, struct smtp_reply *reply)
{
	struct station *station = session->all->station;
	char features[BOOK_FEATURES_BYTES];

	free(session->features);
	session->features = NULL;
	if (!rcpt->asks)
		return true;
	if (onward)
		book_features(station->jobs, onward, features);
	else
		snprintf(features, sizeof(features), "%s", station->config.confirm.features);
	if (!*features) {
		smtp_reply_set(reply, 504, "5.5.4", "what this recipient can receive is not known"
			       " here: ask without CONNEG");
		return false;
	}
	session->features = strdup(features);
	return true;
}

static const char *on_features(void *arg)
{
	const struct reception *session = arg;

	return session->features;
}

static enum smtp_server_answer on_rcpt(void *arg, const struct smtp_server_rcpt *rcpt,
				       struct smtp_reply *reply)
{
	const struct mail_path *path = &rcpt->path;
	struct reception *session = arg;
	const struct visitor visitor = visitor_of(session);
	char onward[MAIL_ADDRESS_MAX + 1];
	bool kept = true;

	switch (admission_recipient(&session->all->station->config, &visitor, path, onward,
				    reply)) {
	case ADMISSION_HERE:
		if (find_features(session, rcpt, NULL, reply))
			kept = keep_recipient(&session->here, path->address, rcpt);
		break;
	case ADMISSION_RELAY:
		if (strcasecmp(onward, path->address))
			smtp_reply_set(reply, 251, "2.1.5", "not local, goes on to <%s>", onward);
		if (session->mail.binary)
			smtp_reply_set(reply, 554, "5.6.3",
				       "BINARYMIME is not sent on: the next server may not take it");
		else if (find_features(session, rcpt, onward, reply))
			kept = keep_recipient(&session->relay, onward, rcpt);
		break;
	default:
		log_event(LOG_NOTICE, "listener.refused peer=%s from=%s to=%s", session->peer,
			  session->mail.reverse_path.address, path->address);
	}
	if (!kept)
		smtp_reply_set(reply, 451, "4.3.0", "out of memory, try again later");
	return SMTP_SERVER_NOW;
}

/* The message */

static void mail_date(char *date, size_t bytes)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(date, bytes, "%a, %d %b %Y %H:%M:%S %z", &tm);
}

static bool write_trace(struct reception *session)
{
	char path[MAIL_ADDRESS_MAX + 32];
	char received[1024], spf[2048];
	size_t bytes, spf_bytes = 0;
	char date[64];

	mail_date(date, sizeof(date));
	bytes = smtp_server_get_received(session->engine, session->peer, session->file.name, date,
					 received, sizeof(received));
	snprintf(path, sizeof(path), "Return-Path: <%s>\r\n", session->mail.reverse_path.address);
	if (session->checked)
		spf_bytes = spf_header(session->spf, session->all->config.host_name, session->peer,
				       smtp_server_get_hello(session->engine),
				       session->mail.reverse_path.address, spf, sizeof(spf));
	return !spool_write(&session->file, path, strlen(path)) &&
	       !spool_write(&session->file, spf, spf_bytes) &&
	       !spool_write(&session->file, received, bytes);
}

/* It waited for our reply, and then went on. */
static void on_heard(void *arg)
{
	struct reception *session = arg;

	if (*session->repeat_key.text && !session->pending)
		arrivals_heard(session->all->station->arrivals, session->repeat_key.text);
	*session->repeat_key.text = 0;
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	struct reception *session = arg;
	struct station *station = session->all->station;
	uint64_t needed = station->config.limits.free_bytes + session->mail.size_bytes;

	session->header = (struct header_scan){ 0 };
	if (station->config.server.repeats_ms) {
		repeat_key_begin(&session->repeat_key, session->all->repeat_secret, session->user,
				 session->peer, &session->mail);
		repeat_key_recipients(&session->repeat_key, session->here.item,
				      session->here.items);
		repeat_key_recipients(&session->repeat_key, session->relay.item,
				      session->relay.items);
		repeat_key_begin_content(&session->repeat_key);
	}
	if (spool_free_bytes(&station->spool) < needed ||
	    spool_create_mail(&station->spool, &session->file) ||
	    !write_trace(session)) {
		spool_discard(&session->file);
		smtp_reply_set(reply, 452, "4.3.1", "no room for the message now, try again later");
	}
	return SMTP_SERVER_NOW;
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	struct reception *session = arg;
	int err = spool_write(&session->file, bytes, len);

	if (!session->header.over)
		header_scan(&session->header, bytes, len);
	repeat_key_content(&session->repeat_key, bytes, len);
	if (err)
		log_event(LOG_ERR, "listener.write peer=%s error=%s", session->peer,
			  strerror(-err));
	return !err;
}

/* Slow in everything, but never too slow: that has an end, too. */
static void on_mail_due(evutil_socket_t fd, short what, void *arg)
{
	struct reception *session = arg;

	log_event(LOG_NOTICE, "listener.slow peer=%s", session->peer);
	smtp_server_shutdown(session->engine, "no mail came in time, closing");
	connection_pump(session->connection);
}

static void await_mail(struct reception *session)
{
	const long ms = session->all->station->config.smtp_mail_ms;
	const struct timeval time = { ms / 1000, ms % 1000 * 1000 };

	if (ms)
		evtimer_add(session->mail_due, &time);
}

static void on_taken(void *arg, int64_t job, int err)
{
	struct reception *session = arg;
	struct smtp_reply reply;

	session->pending = connection_unread(session->connection);
	await_mail(session);
	if (job)
		smtp_reply_set(&reply, 250, "2.0.0", "taken as job %lld", (long long)job);
	else if (err == ENOSPC || err == EDQUOT)
		smtp_reply_set(&reply, 452, "4.3.1", "no room for the message, try again later");
	else
		smtp_reply_set(&reply, 451, "4.3.0",
			       "the message could not be stored, try again later");
	smtp_server_answer(session->engine, &reply);
	connection_pump(session->connection);
}

/* The mail is to be durable; false: it cannot even be begun */
static bool take_mail(struct reception *session)
{
	char source[sizeof(session->peer) + 8];
	struct job_arrival arrival = {
		.sender = session->mail.reverse_path.address,
		.source = source,
		.envelope_id = session->mail.envelope_id,
		.dsn_return = session->mail.dsn_return,
		.recipient = session->here.item,
		.recipients = session->here.items,
		.relay = session->relay.item,
		.relays = session->relay.items,
		.convertible = session->mail.convertible,
		.login = session->user,
		.spf = session->checked ? spf_name(session->spf) : NULL,
	};
	bool begun;

	snprintf(source, sizeof(source), "smtp %s", session->peer);
	arrival.repeat_key = repeat_key_end(&session->repeat_key);
	/* without a Message-ID nothing says that it is the same mail, and not another one like it */
	if (!session->header.message_id) {
		arrival.repeat_key = NULL;
		*session->repeat_key.text = 0;
	}
	begun = arrivals_take(session->all->station->arrivals, &session->file, &arrival,
			      on_taken, session);
	clear_envelope(session);
	return begun;
}

/* Paper is all that comes of it. */
static bool is_for_paper(const struct reception *session)
{
	const struct config *config = &session->all->station->config;

	return session->here.items && !session->relay.items &&
	       !mailbox_choose(config, session->here.item, session->here.items, NULL);
}

static void on_inspected(void *arg, const char *fault)
{
	struct reception *session = arg;
	struct smtp_reply reply;

	session->inspection = NULL;
	if (!fault && take_mail(session))
		return;
	if (fault) {
		log_event(LOG_NOTICE, "listener.unprintable peer=%s from=%s text=%s", session->peer,
			  session->mail.reverse_path.address, fault);
		smtp_reply_set(&reply, 554, "5.6.1", "%s", fault);
	} else {
		smtp_reply_set(&reply, 451, "4.3.0", "out of memory, try again later");
	}
	clear_envelope(session);
	smtp_server_answer(session->engine, &reply);
	connection_pump(session->connection);
}

static enum smtp_server_answer on_message_end(void *arg, struct smtp_reply *reply)
{
	struct reception *session = arg;
	struct receptions *all = session->all;

	if (session->header.received > HOPS_HERE_MAX) {
		log_event(LOG_WARNING, "listener.loop peer=%s from=%s received=%u", session->peer,
			  session->mail.reverse_path.address, session->header.received);
		clear_envelope(session);
		smtp_reply_set(reply, 554, "5.4.6",
			       "the mail went through too many servers: a loop");
		return SMTP_SERVER_NOW;
	}
	if (all->station->config.server.refuse_unprintable && is_for_paper(session))
		session->inspection = inspection_start(&all->inspections, all->station,
						       session->file.name, on_inspected, session);
	if (session->inspection || take_mail(session))
		return SMTP_SERVER_LATER;
	smtp_reply_set(reply, 451, "4.3.0", "out of memory, try again later");
	return SMTP_SERVER_NOW;
}

static void on_abandon(void *arg)
{
	clear_envelope(arg);
}

static void on_verify(void *arg, const char *text, bool expand, struct smtp_reply *reply)
{
	struct reception *session = arg;
	const struct config *config = &session->all->station->config;
	const struct visitor visitor = visitor_of(session);

	if (!expand && config->server.verify)
		admission_verify(config, &visitor, text, reply);
}

static void on_note(void *arg, const char *text)
{
	struct reception *session = arg;

	log_event(LOG_NOTICE, "listener.note peer=%s text=%s", session->peer, text);
}

/* Logging in */

static void on_auth_end(void *arg)
{
	struct reception *session = arg;

	sasl_end(session->sasl);
	session->sasl = NULL;
	*session->user = 0;
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct reception *session = arg;

	smtp_server_answer(session->engine, NULL);
	connection_pump(session->connection);
}

/* Guessing takes time: of this session, not of the others. */
static enum smtp_server_answer refuse_login(struct reception *session)
{
	const struct timeval pause = { REFUSED_LOGIN_S, 0 };

	guard_failed(&session->all->station->guard, session->peer, steady_ms());
	log_event(LOG_WARNING, "listener.login peer=%s user=%s error=%s", session->peer,
		  sasl_user(session->sasl), "refused");
	if (!session->late)
		session->late = evtimer_new(session->all->station->base, on_late, session);
	if (!session->late || evtimer_add(session->late, &pause))
		return SMTP_SERVER_NOW;
	return SMTP_SERVER_LATER;
}

static enum smtp_server_answer on_auth(void *arg, const char *mechanism, const char *response,
				       struct smtp_reply *reply)
{
	struct reception *session = arg;
	const char *challenge = "", *user;

	if (mechanism && guard_blocks(&session->all->station->guard, session->peer, steady_ms())) {
		smtp_reply_set(reply, 454, "4.7.0",
			       "too many logins from your address failed, try again later");
		return SMTP_SERVER_NOW;
	}
	if (mechanism) {
		on_auth_end(session);
		session->sasl = sasl_serve(session->all->station->config.server.users,
					   mechanism);
	}
	if (!session->sasl) {
		smtp_reply_set(reply, 454, "4.7.0", "cannot log anybody in now");
		return SMTP_SERVER_NOW;
	}
	switch (sasl_judge(session->sasl, response, &challenge)) {
	case SASL_CHALLENGE:
		smtp_reply_set(reply, 334, "", "%s", challenge);
		return SMTP_SERVER_NOW;
	case SASL_GOOD:
		user = sasl_user(session->sasl);
		/* what form mail is fetched in is nothing here */
		snprintf(session->user, sizeof(session->user), "%.*s",
			 (int)user_length(user, NULL), user);
		guard_passed(&session->all->station->guard, session->peer);
		log_event(LOG_INFO, "listener.login peer=%s user=%s", session->peer,
			  session->user);
		smtp_reply_set(reply, 235, "2.7.0", "welcome");
		return SMTP_SERVER_NOW;
	default:
		return refuse_login(session);
	}
}

static const struct smtp_server_ops server_ops = {
	.mail = on_mail, .rcpt = on_rcpt, .data = on_data, .features = on_features,
	.message = on_message, .message_end = on_message_end, .abandon = on_abandon, .heard = on_heard,
	.auth = on_auth, .auth_end = on_auth_end, .verify = on_verify, .note = on_note,
};

/* The engine */

static void engine_eof(void *engine, const char *why)
{
	if (why)
		smtp_server_lost(engine);
	else
		smtp_server_eof(engine);
}

DEFINE_ENGINE_TLS(smtp_server);
DEFINE_ENGINE_OPS(smtp_server, ENGINE_TLS);

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	struct reception *session = arg;

	return tls_accept(session->all->tls, fd, reason, bytes);
}

/* Sessions */

static void free_session(struct reception *session)
{
	struct receptions *all = session->all;

	for (struct reception **at = &all->first; *at; at = &(*at)->next) {
		if (*at == session) {
			*at = session->next;
			break;
		}
	}
	peers_leave(&all->peers, session->peer);
	arrivals_forget(all->station->arrivals, session);
	inspection_cancel(session->inspection);
	connection_free(session->connection);
	smtp_server_destroy(session->engine);
	if (session->late)
		event_free(session->late);
	if (session->mail_due)
		event_free(session->mail_due);
	sasl_end(session->sasl);
	if (session->repeat_key.envelope) {
		repeat_key_free(&all->repeat_key);
		all->repeat_key = session->repeat_key;
	}
	clear_envelope(session);
	free(session);
}

static void on_closed(void *arg)
{
	struct reception *session = arg;

	/* freed by who calls */
	session->connection = NULL;
	free_session(session);
}

void reception_start(struct receptions *all, int fd, const char *peer, bool tls)
{
	struct reception *session = calloc(1, sizeof(*session));

	if (!session || !peers_enter(&all->peers, peer)) {
		free(session);
		close(fd);
		return;
	}
	session->all = all;
	session->repeat_key = all->repeat_key;
	*session->repeat_key.text = 0;
	all->repeat_key = (struct repeat_key){ 0 };
	session->file.fd = -1;
	snprintf(session->peer, sizeof(session->peer), "%s", peer);
	session->next = all->first;
	all->first = session;
	session->engine = smtp_server_create(&all->config, &server_ops, session);
	session->mail_due = evtimer_new(all->station->base, on_mail_due, session);
	if (!session->engine || !session->mail_due) {
		close(fd);
		free_session(session);
		return;
	}
	session->connection = connection_create(all->station->base, fd, &engine_ops,
						session->engine, on_closed, session);
	if (!session->connection) {
		free_session(session);
		return;
	}
	connection_set_tls(session->connection, start_tls);
	await_mail(session);
	if (tls)
		smtp_server_start_secure(session->engine);
	else
		smtp_server_start(session->engine);
	connection_pump(session->connection);
}

void receptions_end(struct receptions *all)
{
	struct reception *next;

	for (struct reception *session = all->first; session; session = next) {
		struct connection *connection = session->connection;

		next = session->next;
		smtp_server_shutdown(session->engine, "the station stops");
		/* says 421 if the socket takes it at once; the session may be gone then */
		connection_pump(connection);
	}
	while (all->first)
		free_session(all->first);
	repeat_key_free(&all->repeat_key);
	inspections_end(&all->inspections);
}
