// SPDX-License-Identifier: GPL-2.0
/*
 * listener: the SMTP server of the station
 *
 * It takes mail for the station's own domains and for nobody else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "acceptor.h"
#include "arrivals.h"
#include "connection.h"
#include "log.h"
#include "sasl.h"
#include "smtp_server.h"
#include "station.h"
#include "users.h"

#define REFUSED_LOGIN_S	1

struct session {
	struct listener *listener;
	struct session *next;
	char peer[INET6_ADDRSTRLEN];
	struct connection *connection;
	struct smtp_server *engine;
	struct spool_file file;
	struct smtp_server_mail mail;
	struct sasl *sasl;
	struct event *late;		/* the answer to a wrong secret */
	char user[USER_NAME_MAX + 1];	/* who logged in, "": nobody */
	struct job_recipient *recipient;
	size_t recipients;
};

struct listener {
	struct station *station;
	struct smtp_server_config config;
	struct tls_server *tls;
	struct acceptor *acceptor;
	struct session *sessions;
	unsigned int session_count;
};

/* The envelope */

static void clear_envelope(struct session *session)
{
	spool_discard(&session->file);
	for (size_t i = 0; i < session->recipients; i++) {
		free((char *)session->recipient[i].address);
		free((char *)session->recipient[i].notify);
		free((char *)session->recipient[i].original);
	}
	free(session->recipient);
	session->recipient = NULL;
	session->recipients = 0;
}

static bool in_list(const struct config_list *list, const char *text)
{
	for (size_t i = 0; i < list->items; i++)
		if (!strcasecmp(list->item[i], text))
			return true;
	return false;
}

static enum smtp_server_answer on_mail(void *arg, const struct smtp_server_mail *mail,
				       struct smtp_reply *reply)
{
	struct session *session = arg;
	const struct config_limits *limits = &session->listener->station->config.limits;

	session->mail = *mail;
	if (spool_free_bytes(&session->listener->station->spool) <
	    limits->free_bytes + mail->size_bytes)
		smtp_reply_set(reply, 452, "4.3.1", "no room for the message now, try again later");
	return SMTP_SERVER_NOW;
}

/* The recipients we take: our domains, and there all or those that are listed. */
static void judge(const struct config *config, const struct mail_path *path,
		  struct smtp_reply *reply)
{
	const char *domain = mail_path_domain(path);
	char local[MAIL_LOCAL_MAX + 1];

	mail_path_local(path, local);
	if (!strcasecmp(local, "postmaster") && (!*domain || in_list(&config->domains, domain)))
		return;
	if (!in_list(&config->domains, domain))
		smtp_reply_set(reply, 550, "5.7.1", "<%s>: we are not responsible for this domain",
			       path->address);
	else if (!strncasecmp(local, "FAX=", 4))
		smtp_reply_set(reply, 550, "5.7.1",
			       "<%s>: there is no way from here to the telephone network",
			       path->address);
	else if (config->recipients.items && !in_list(&config->recipients, local) &&
		 !in_list(&config->recipients, path->address))
		smtp_reply_set(reply, 550, "5.1.1", "<%s>: no such recipient here", path->address);
}

static bool keep_recipient(struct session *session, const struct smtp_server_rcpt *rcpt)
{
	struct job_recipient *recipient =
		reallocarray(session->recipient, session->recipients + 1, sizeof(*recipient));

	if (!recipient)
		return false;
	session->recipient = recipient;
	recipient += session->recipients++;
	*recipient = (struct job_recipient){
		.address = strdup(rcpt->path.address),
		.notify = strdup(rcpt->notify),
		.original = strdup(rcpt->original),
	};
	return recipient->address && recipient->notify && recipient->original;
}

static enum smtp_server_answer on_rcpt(void *arg, const struct smtp_server_rcpt *rcpt,
				       struct smtp_reply *reply)
{
	const struct mail_path *path = &rcpt->path;
	struct session *session = arg;

	judge(&session->listener->station->config, path, reply);
	if (!smtp_reply_positive(reply)) {
		log_event(LOG_NOTICE, "listener.refused peer=%s from=%s to=%s", session->peer,
			  session->mail.reverse_path.address, path->address);
		return SMTP_SERVER_NOW;
	}
	if (!keep_recipient(session, rcpt))
		smtp_reply_set(reply, 452, "4.3.0", "out of memory, try again later");
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

static bool write_trace(struct session *session)
{
	char path[MAIL_ADDRESS_MAX + 32];
	char received[1024];
	char date[64];
	size_t bytes;

	mail_date(date, sizeof(date));
	bytes = smtp_server_get_received(session->engine, session->peer, session->file.name, date,
					 received, sizeof(received));
	snprintf(path, sizeof(path), "Return-Path: <%s>\r\n", session->mail.reverse_path.address);
	return !spool_write(&session->file, path, strlen(path)) &&
	       !spool_write(&session->file, received, bytes);
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	struct session *session = arg;
	struct station *station = session->listener->station;
	uint64_t needed = station->config.limits.free_bytes + session->mail.size_bytes;

	if (spool_free_bytes(&station->spool) < needed ||
	    spool_create(&station->spool, &session->file) || !write_trace(session)) {
		spool_discard(&session->file);
		smtp_reply_set(reply, 452, "4.3.1", "no room for the message now, try again later");
	}
	return SMTP_SERVER_NOW;
}

static bool on_message(void *arg, const char *bytes, size_t len)
{
	struct session *session = arg;
	int err = spool_write(&session->file, bytes, len);

	if (err)
		log_event(LOG_ERR, "listener.write peer=%s error=%s", session->peer,
			  strerror(-err));
	return !err;
}

static void on_taken(void *arg, int64_t job, int err)
{
	struct session *session = arg;
	struct smtp_reply reply;

	if (job)
		smtp_reply_set(&reply, 250, "2.0.0", "taken as job %lld", (long long)job);
	else
		smtp_reply_set(&reply, 452, "4.3.1",
			       "the message could not be stored, try again later");
	smtp_server_answer(session->engine, &reply);
	connection_pump(session->connection);
}

static enum smtp_server_answer on_message_end(void *arg, struct smtp_reply *reply)
{
	struct session *session = arg;
	char source[sizeof(session->peer) + 8];
	struct job_arrival arrival = {
		.sender = session->mail.reverse_path.address,
		.source = source,
		.envelope_id = session->mail.envelope_id,
		.dsn_return = session->mail.dsn_return,
		.recipient = session->recipient,
		.recipients = session->recipients,
	};
	bool begun;

	snprintf(source, sizeof(source), "smtp %s", session->peer);
	begun = arrivals_take(session->listener->station->arrivals, &session->file, &arrival,
			      on_taken, session);
	clear_envelope(session);
	if (begun)
		return SMTP_SERVER_LATER;
	smtp_reply_set(reply, 452, "4.3.0", "out of memory, try again later");
	return SMTP_SERVER_NOW;
}

static void on_abandon(void *arg)
{
	clear_envelope(arg);
}

static void on_note(void *arg, const char *text)
{
	struct session *session = arg;

	log_event(LOG_NOTICE, "listener.note peer=%s text=%s", session->peer, text);
}

/* Logging in */

static void on_auth_end(void *arg)
{
	struct session *session = arg;

	sasl_end(session->sasl);
	session->sasl = NULL;
	*session->user = 0;
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	struct session *session = arg;

	smtp_server_answer(session->engine, NULL);
	connection_pump(session->connection);
}

/* Guessing takes time: of this session, not of the others. */
static enum smtp_server_answer refuse_login(struct session *session)
{
	const struct timeval pause = { REFUSED_LOGIN_S, 0 };

	log_event(LOG_WARNING, "listener.login peer=%s user=%s error=%s", session->peer,
		  sasl_user(session->sasl), "refused");
	if (!session->late)
		session->late = evtimer_new(session->listener->station->base, on_late, session);
	if (!session->late || evtimer_add(session->late, &pause))
		return SMTP_SERVER_NOW;
	return SMTP_SERVER_LATER;
}

static enum smtp_server_answer on_auth(void *arg, const char *mechanism, const char *response,
				       struct smtp_reply *reply)
{
	struct session *session = arg;
	const char *challenge = "";

	if (mechanism) {
		on_auth_end(session);
		session->sasl = sasl_serve(session->listener->station->config.server.users,
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
		snprintf(session->user, sizeof(session->user), "%s", sasl_user(session->sasl));
		log_event(LOG_INFO, "listener.login peer=%s user=%s", session->peer,
			  session->user);
		smtp_reply_set(reply, 235, "2.7.0", "welcome");
		return SMTP_SERVER_NOW;
	default:
		return refuse_login(session);
	}
}

static const struct smtp_server_ops server_ops = {
	.mail = on_mail, .rcpt = on_rcpt, .data = on_data, .message = on_message,
	.message_end = on_message_end, .abandon = on_abandon, .auth = on_auth,
	.auth_end = on_auth_end, .note = on_note,
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
	struct session *session = arg;

	return tls_accept(session->listener->tls, fd, reason, bytes);
}

/* Sessions */

static void free_session(struct session *session)
{
	struct listener *listener = session->listener;

	for (struct session **at = &listener->sessions; *at; at = &(*at)->next) {
		if (*at == session) {
			*at = session->next;
			listener->session_count--;
			break;
		}
	}
	arrivals_forget(listener->station->arrivals, session);
	connection_free(session->connection);
	smtp_server_destroy(session->engine);
	if (session->late)
		event_free(session->late);
	sasl_end(session->sasl);
	clear_envelope(session);
	free(session);
}

static void on_closed(void *arg)
{
	struct session *session = arg;

	/* freed by who calls */
	session->connection = NULL;
	free_session(session);
}

static void refuse(int fd, const char *host_name)
{
	char line[512];
	int bytes = snprintf(line, sizeof(line),
			     "421 4.3.2 %s has too many sessions, try again later\r\n", host_name);

	if (send(fd, line, bytes, MSG_NOSIGNAL) < 0)
		log_event(LOG_INFO, "listener.refuse error=%s", strerror(errno));
	close(fd);
}

static bool has_room(const struct listener *listener, const char *peer)
{
	const struct config_limits *limits = &listener->station->config.limits;
	unsigned int same = 0;

	for (const struct session *session = listener->sessions; session; session = session->next)
		same += !strcmp(session->peer, peer);
	return listener->session_count < limits->sessions && same < limits->sessions_per_peer;
}

static void start_session(struct listener *listener, int fd, const char *peer, bool tls)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session) {
		close(fd);
		return;
	}
	session->listener = listener;
	session->file.fd = -1;
	snprintf(session->peer, sizeof(session->peer), "%s", peer);
	session->next = listener->sessions;
	listener->sessions = session;
	listener->session_count++;
	session->engine = smtp_server_create(&listener->config, &server_ops, session);
	if (!session->engine) {
		close(fd);
		free_session(session);
		return;
	}
	session->connection = connection_create(listener->station->base, fd, &engine_ops,
						session->engine, on_closed, session);
	if (!session->connection) {
		free_session(session);
		return;
	}
	connection_set_tls(session->connection, start_tls);
	if (tls)
		smtp_server_start_secure(session->engine);
	else
		smtp_server_start(session->engine);
	connection_pump(session->connection);
}

static void on_accepted(void *arg, int fd, const char *peer, bool tls)
{
	struct listener *listener = arg;

	if (has_room(listener, peer))
		start_session(listener, fd, peer, tls);
	else
		refuse(fd, listener->config.host_name);
}

bool listener_load(struct listener *listener)
{
	const struct config_server *server = &listener->station->config.server;
	char reason[512];

	if (server->users && !users_check(server->users, reason, sizeof(reason))) {
		log_event(LOG_ERR, "listener.users error=%s", reason);
		return false;
	}
	if (server->users && server->auth_without_tls)
		listener->config.auth = sasl_offer(server->users, true);
	else if (server->users)
		listener->config.auth = sasl_offer(server->users, false);
	if (server->users)
		listener->config.auth_secure = sasl_offer(server->users, true);
	if (!server->certificate)
		return true;
	listener->tls = tls_server_create(server->certificate, server->key, reason, sizeof(reason));
	if (!listener->tls)
		log_event(LOG_ERR, "listener.certificate error=%s", reason);
	return listener->tls;
}

void listener_start(struct listener *listener)
{
	acceptor_start(listener->acceptor);
}

static void fill_config(struct listener *listener, const struct config *config)
{
	listener->config = smtp_server_config_defaults;
	listener->config.host_name = config->host_name;
	listener->config.message_bytes_max = config->limits.message_bytes;
	listener->config.recipients_max = config->limits.recipients;
	listener->config.command_timeout_ms = config->smtp_command_ms;
	listener->config.data_timeout_ms = config->smtp_data_ms;
	listener->config.tls = config->server.certificate;
	listener->config.tls_required = config->server.tls_required;
}

struct listener *listener_bind(struct station *station)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return NULL;
	listener->station = station;
	fill_config(listener, &station->config);
	listener->acceptor = acceptor_bind(station->base, "listener", station->config.listen,
					   station->config.listens, on_accepted, listener);
	if (listener->acceptor)
		return listener;
	free(listener);
	return NULL;
}

unsigned int listener_sessions(const struct listener *listener)
{
	return listener->session_count;
}

static void end_session(struct session *session)
{
	struct connection *connection = session->connection;

	smtp_server_shutdown(session->engine, "the station stops");
	/* says 421 if the socket takes it at once; session and connection may be gone then */
	connection_pump(connection);
}

void listener_free(struct listener *listener)
{
	struct session *next;

	if (!listener)
		return;
	for (struct session *session = listener->sessions; session; session = next) {
		next = session->next;
		end_session(session);
	}
	while (listener->sessions)
		free_session(listener->sessions);
	acceptor_free(listener->acceptor);
	tls_server_free(listener->tls);
	free(listener);
}
