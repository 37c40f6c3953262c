// SPDX-License-Identifier: GPL-2.0
/*
 * pop3_listener: the POP3 server of the station
 *
 * A mailbox is open in one session at a time. What a session lists is what was
 * there when it began; what it deletes goes at QUIT, in one transaction.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/pop3_server.h"
#include "log.h"
#include "net/acceptor.h"
#include "net/connection.h"
#include "net/peers.h"
#include "net/sasl.h"
#include "net/users.h"
#include "pdf_forms.h"
#include "station.h"
#include "store/commits.h"
#include "store/mailbox.h"

#define TIMESTAMP_BYTES	320
#define EXPIRE_TURN_S	3600	/* look so often for what has expired */

struct pop3_session {
	struct pop3_listener *listener;
	struct pop3_session *next;
	char peer[INET6_ADDRSTRLEN];
	char timestamp[TIMESTAMP_BYTES];
	struct connection *connection;
	struct pop3_server *engine;
	struct sasl *sasl;
	const struct config_mailbox *open;	/* NULL: not logged in */
	bool as_pdf;
	struct event *waits;			/* pending: for mail to get the form with PDFs */
	struct commit update;			/* what was deleted goes to the disk */
	struct mailbox mailbox;
	char unique_id[SPOOL_NAME_BYTES + 4];	/* that was listed last */
	int fd;					/* of the message that is read, -1: none */
};

struct pop3_listener {
	struct station *station;
	struct pop3_server_config config;
	bool apop;
	struct tls_server *tls;
	struct acceptor *acceptor;
	struct event *expire;
	struct pop3_session *sessions;
	struct peers peers;
};

/* Logging in */

/* The first mailbox that a user may open; @as_pdf: what form its mail is to have. */
static const struct config_mailbox *find_mailbox(const struct config *config, const char *name,
						 bool *as_pdf)
{
	size_t len = user_length(name, NULL);

	for (size_t i = 0; i < config->mailboxes; i++) {
		const struct config_mailbox *mailbox = &config->mailbox[i];

		for (size_t j = 0; j < mailbox->users.items; j++) {
			const char *user = mailbox->users.item[j];

			if (strlen(user) != len || strncmp(user, name, len))
				continue;
			*as_pdf = mailbox->as_pdf;
			user_length(name, as_pdf);
			return mailbox;
		}
	}
	return NULL;
}

static bool is_open(const struct pop3_listener *listener, const struct config_mailbox *mailbox)
{
	for (const struct pop3_session *session = listener->sessions; session;
	     session = session->next)
		if (session->open == mailbox)
			return true;
	return false;
}

/* Read what the mailbox has, in the form that is wanted. */
static enum pop3_answer list_mailbox(struct pop3_session *session, struct pop3_reply *reply)
{
	const char *title = session->open->title;

	if (!mailbox_list(session->listener->station->jobs, title, session->as_pdf,
			  &session->mailbox)) {
		session->open = NULL;
		pop3_reply_set(reply, "[SYS/TEMP] the maildrop cannot be read now");
		return POP3_NO;
	}
	log_event(LOG_INFO, "pop3.open peer=%s mailbox=%s form=%s messages=%u", session->peer,
		  title, session->as_pdf ? "pdf" : "tiff", session->mailbox.messages);
	return POP3_YES;
}

static void close_mailbox(struct pop3_session *session)
{
	mailbox_clear(&session->mailbox);
	session->open = NULL;
}

/* All mail has the form with PDFs, or there was time enough: the rest is there later. */
static void end_wait(struct pop3_session *session)
{
	struct pop3_reply reply = { "" };
	enum pop3_answer answer = list_mailbox(session, &reply);

	event_del(session->waits);
	/* the session may be over */
	if (!pop3_server_answer(session->engine, answer, &reply) && answer == POP3_YES)
		close_mailbox(session);
	connection_pump(session->connection);
}

static void on_waited(evutil_socket_t fd, short what, void *arg)
{
	end_wait(arg);
}

static enum pop3_answer wait_for_pdfs(struct pop3_session *session)
{
	struct station *station = session->listener->station;
	long ms = station->config.pop3_server.pdf_wait_ms;
	const struct timeval most = { ms / 1000, ms % 1000 * 1000 };

	if (!session->waits)
		session->waits = evtimer_new(station->base, on_waited, session);
	if (session->waits && !evtimer_add(session->waits, &most))
		return POP3_LATER;
	session->open = NULL;
	return POP3_NO;
}

void pop3_listener_run(struct pop3_listener *listener)
{
	struct pop3_session *next;

	for (struct pop3_session *session = listener ? listener->sessions : NULL; session;
	     session = next) {
		/* it may be gone then */
		next = session->next;
		if (session->waits && evtimer_pending(session->waits, NULL) &&
		    pdf_forms_want(listener->station->pdf_forms, session->open))
			end_wait(session);
	}
}

/* The user is who he says: open and lock the maildrop. */
static enum pop3_answer open_mailbox(struct pop3_session *session, const char *user,
				     struct pop3_reply *reply)
{
	struct pop3_listener *listener = session->listener;
	const struct config_mailbox *mailbox = find_mailbox(&listener->station->config, user,
							    &session->as_pdf);

	guard_passed(&listener->station->guard, session->peer);
	recent_note(&listener->station->pop3_logins, session->peer, steady_ms());
	if (!mailbox) {
		pop3_reply_set(reply, "[SYS/PERM] you have no mailbox here");
		return POP3_NO;
	}
	if (is_open(listener, mailbox)) {
		pop3_reply_set(reply, "[IN-USE] another session has the maildrop");
		return POP3_NO;
	}
	session->open = mailbox;
	log_event(LOG_INFO, "pop3.login peer=%s user=%s mailbox=%s", session->peer, user,
		  mailbox->title);
	pop3_reply_set(reply, "[SYS/TEMP] out of memory, try again later");
	if (session->as_pdf && !pdf_forms_want(listener->station->pdf_forms, mailbox))
		return wait_for_pdfs(session);
	return list_mailbox(session, reply);
}

static enum pop3_answer refuse_login(struct pop3_session *session, const char *user)
{
	guard_failed(&session->listener->station->guard, session->peer, steady_ms());
	log_event(LOG_WARNING, "pop3.login_failed peer=%s user=%s", session->peer, user);
	return POP3_NO;
}

static const char *users_file(const struct pop3_session *session)
{
	return session->listener->station->config.pop3_server.users;
}

static enum pop3_answer on_pass(void *arg, const char *name, const char *secret,
				struct pop3_reply *reply)
{
	struct pop3_session *session = arg;
	struct user user;
	bool known = users_find(users_file(session), name, &user);
	bool good = user_knows(&user, secret) && known;

	explicit_bzero(&user, sizeof(user));
	return good ? open_mailbox(session, name, reply) : refuse_login(session, name);
}

/* The time it takes tells nothing about how much of it is right. */
static bool same_text(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && !CRYPTO_memcmp(a, b, len);
}

static bool right_digest(const char *timestamp, const char *secret, const char *digest)
{
	unsigned char md5[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned int bytes = 0;
	bool good = context && EVP_DigestInit_ex(context, EVP_md5(), NULL) &&
		    EVP_DigestUpdate(context, timestamp, strlen(timestamp)) &&
		    EVP_DigestUpdate(context, secret, strlen(secret)) &&
		    EVP_DigestFinal_ex(context, md5, &bytes);

	for (unsigned int i = 0; good && i < bytes; i++)
		sprintf(hex + 2 * i, "%02x", md5[i]);
	EVP_MD_CTX_free(context);
	return good && same_text(hex, digest);
}

static enum pop3_answer on_apop(void *arg, const char *name, const char *timestamp,
				const char *digest, struct pop3_reply *reply)
{
	struct pop3_session *session = arg;
	struct user user;
	bool good = users_find(users_file(session), name, &user) && user.secret[0] &&
		    right_digest(timestamp, user.secret, digest);

	explicit_bzero(&user, sizeof(user));
	return good ? open_mailbox(session, name, reply) : refuse_login(session, name);
}

static enum pop3_answer on_auth(void *arg, const char *mechanism, const char *response,
				struct pop3_reply *reply)
{
	struct pop3_session *session = arg;
	const char *challenge = "";

	if (mechanism) {
		sasl_end(session->sasl);
		session->sasl = sasl_serve(users_file(session), mechanism);
	} else if (!response) {
		sasl_end(session->sasl);
		session->sasl = NULL;
	}
	if (!session->sasl)
		return POP3_NO;
	/* "=" is an empty first response (RFC 5034, 4) */
	if (mechanism && response && !strcmp(response, "="))
		response = "";
	switch (sasl_judge(session->sasl, response, &challenge)) {
	case SASL_CHALLENGE:
		pop3_reply_set(reply, "%s", challenge);
		return POP3_CHALLENGE;
	case SASL_GOOD:
		return open_mailbox(session, sasl_user(session->sasl), reply);
	default:
		return refuse_login(session, sasl_user(session->sasl));
	}
}

/* The maildrop */

static unsigned int on_count(void *arg)
{
	const struct pop3_session *session = arg;

	return session->mailbox.messages;
}

static void on_listing(void *arg, unsigned int number, struct pop3_listing *listing)
{
	struct pop3_session *session = arg;
	const struct mailbox_message *message = &session->mailbox.message[number - 1];

	snprintf(session->unique_id, sizeof(session->unique_id), "%s%s", message->file,
		 session->as_pdf ? ".pdf" : "");
	listing->bytes = message->bytes;
	listing->unique_id = session->unique_id;
}

static bool on_open(void *arg, unsigned int number)
{
	struct pop3_session *session = arg;
	struct station *station = session->listener->station;
	const char *file = session->mailbox.message[number - 1].file;
	int fd = spool_open_file(&station->spool, session->as_pdf ? SPOOL_PDF : SPOOL_MESSAGE, file,
				 O_RDONLY);

	/* it is made again for the next session */
	if (fd == -ENOENT && session->as_pdf)
		mailbox_forget_pdf(station->jobs, file);
	if (fd < 0) {
		log_event(LOG_ERR, "pop3.open mailbox=%s file=%s error=%s", session->open->title,
			  file, strerror(-fd));
		return false;
	}
	session->fd = fd;
	return true;
}

static ssize_t on_read(void *arg, char *bytes, size_t size)
{
	const struct pop3_session *session = arg;

	return read(session->fd, bytes, size);
}

static void on_close(void *arg)
{
	struct pop3_session *session = arg;

	close(session->fd);
	session->fd = -1;
}

static bool is_deleted(void *arg, unsigned int index)
{
	const struct pop3_session *session = arg;

	return pop3_server_get_deleted(session->engine, index + 1);
}

/* With an error nobody knows whether it is deleted after a crash. */
static void on_updated(void *arg, int err)
{
	struct pop3_session *session = arg;

	pop3_server_answer(session->engine, err ? POP3_NO : POP3_YES, NULL);
	connection_pump(session->connection);
}

static enum pop3_answer on_update(void *arg, struct pop3_reply *reply)
{
	struct pop3_session *session = arg;
	struct station *station = session->listener->station;

	if (!mailbox_delete(station->jobs, &station->spool, &session->mailbox, is_deleted, session))
		return POP3_NO;
	commits_add(station->commits, &session->update);
	return POP3_LATER;
}

static void on_release(void *arg)
{
	close_mailbox(arg);
}

static void on_note(void *arg, const char *text)
{
	const struct pop3_session *session = arg;

	log_event(LOG_NOTICE, "pop3.note peer=%s text=%s", session->peer, text);
}

static const struct pop3_server_ops server_ops = {
	.pass = on_pass, .apop = on_apop, .auth = on_auth, .count = on_count, .listing = on_listing,
	.open = on_open, .read = on_read, .close = on_close, .update = on_update,
	.release = on_release, .note = on_note,
};

/* The engine */

static void engine_eof(void *engine, const char *why)
{
	pop3_server_eof(engine);
}

DEFINE_ENGINE_TLS(pop3_server);
DEFINE_ENGINE_OPS(pop3_server, ENGINE_TLS);

/* Sessions */

static void free_session(struct pop3_session *session)
{
	struct pop3_listener *listener = session->listener;

	for (struct pop3_session **at = &listener->sessions; *at; at = &(*at)->next) {
		if (*at == session) {
			*at = session->next;
			break;
		}
	}
	peers_leave(&listener->peers, session->peer);
	connection_free(session->connection);
	pop3_server_destroy(session->engine);
	sasl_end(session->sasl);
	if (session->waits)
		event_free(session->waits);
	commits_forget(listener->station->commits, &session->update);
	free(session);
}

static void on_closed(void *arg)
{
	struct pop3_session *session = arg;

	/* freed by who calls */
	session->connection = NULL;
	free_session(session);
}

static struct tls *start_tls(void *arg, int fd, char *reason, size_t bytes)
{
	struct pop3_session *session = arg;

	return tls_accept(session->listener->tls, fd, reason, bytes);
}

static void refuse(int fd, const char *reason)
{
	char line[200];
	int bytes = snprintf(line, sizeof(line), "-ERR [SYS/TEMP] %s, try again later\r\n", reason);

	if (send(fd, line, bytes, MSG_NOSIGNAL) < 0)
		log_event(LOG_INFO, "pop3.refuse error=%s", strerror(errno));
	close(fd);
}

static bool has_room(const struct pop3_listener *listener, const char *peer)
{
	const struct config_limits *limits = &listener->station->config.limits;

	return listener->peers.sessions < limits->sessions &&
	       peers_sessions(&listener->peers, peer) < limits->sessions_per_peer;
}

/* A timestamp that is never the same, and that nobody can foresee (RFC 1939, 7). */
static void make_timestamp(struct pop3_session *session)
{
	char random[SPOOL_NAME_BYTES];

	spool_name(random);
	snprintf(session->timestamp, sizeof(session->timestamp), "<%s.%lld@%s>", random,
		 (long long)now_ms(), session->listener->config.host_name);
}

static void start_session(struct pop3_listener *listener, int fd, const char *peer, bool tls)
{
	struct pop3_session *session = calloc(1, sizeof(*session));

	if (!session || !peers_enter(&listener->peers, peer)) {
		free(session);
		close(fd);
		return;
	}
	session->listener = listener;
	session->update = (struct commit){ .done = on_updated, .arg = session };
	session->fd = -1;
	snprintf(session->peer, sizeof(session->peer), "%s", peer);
	if (listener->apop)
		make_timestamp(session);
	session->next = listener->sessions;
	listener->sessions = session;
	session->engine = pop3_server_create(&listener->config, &server_ops, session,
					     listener->apop ? session->timestamp : NULL, tls);
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
	pop3_server_start(session->engine);
	connection_pump(session->connection);
}

static void on_accepted(void *arg, int fd, const char *peer, bool tls)
{
	struct pop3_listener *listener = arg;

	if (guard_blocks(&listener->station->guard, peer, steady_ms()))
		refuse(fd, "too many logins from your address failed");
	else if (!has_room(listener, peer))
		refuse(fd, "too many sessions");
	else
		start_session(listener, fd, peer, tls);
}

/* The server */

static void on_expire(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval turn = { EXPIRE_TURN_S, 0 };
	struct pop3_listener *listener = arg;
	struct station *station = listener->station;

	for (size_t i = 0; i < station->config.mailboxes; i++) {
		const struct config_mailbox *mailbox = &station->config.mailbox[i];

		/* what a session has listed stays until it ends */
		if (mailbox->expire_days && !is_open(listener, mailbox))
			mailbox_expire(station->jobs, &station->spool, mailbox->title,
				       now_ms() - mailbox->expire_days * 24 * 3600 * INT64_C(1000));
	}
	evtimer_add(listener->expire, &turn);
}

static int shortest_expiry_days(const struct config *config)
{
	int days = -1;

	for (size_t i = 0; i < config->mailboxes; i++)
		if (config->mailbox[i].expire_days &&
		    (days < 0 || (int)config->mailbox[i].expire_days < days))
			days = config->mailbox[i].expire_days;
	return days;
}

static void fill_config(struct pop3_listener *listener, const struct config *config)
{
	listener->config = pop3_server_config_defaults;
	listener->config.host_name = config->host_name;
	listener->config.plaintext = config->pop3_server.auth_without_tls;
	listener->config.tls_offered = config->pop3_server.certificate;
	listener->config.expire_days = shortest_expiry_days(config);
	listener->config.autologout_ms = config->pop3_autologout_ms;
}

struct pop3_listener *pop3_listener_bind(struct station *station)
{
	struct pop3_listener *listener = calloc(1, sizeof(*listener));
	const struct config *config = &station->config;

	if (!listener)
		return NULL;
	listener->station = station;
	fill_config(listener, config);
	listener->expire = evtimer_new(station->base, on_expire, listener);
	listener->acceptor = acceptor_bind(station->base, "pop3", config->pop3_listen,
					   config->pop3_listens, on_accepted, listener);
	if (listener->expire && listener->acceptor)
		return listener;
	pop3_listener_free(listener);
	return NULL;
}

bool pop3_listener_load(struct pop3_listener *listener)
{
	const struct config_pop3_server *server = &listener->station->config.pop3_server;
	char reason[512];

	if (server->users && !users_check(server->users, reason, sizeof(reason))) {
		log_event(LOG_ERR, "pop3.users error=%s", reason);
		return false;
	}
	listener->config.auth = server->users ? sasl_offer(server->users, false) : NULL;
	listener->config.auth_secure = server->users ? sasl_offer(server->users, true) : NULL;
	/* a digest can be checked only by who knows the secret */
	listener->apop = server->users && users_kind(server->users) == USERS_SECRETS;
	if (!server->certificate)
		return true;
	listener->tls = tls_server_create(server->certificate, server->key, reason, sizeof(reason));
	if (!listener->tls)
		log_event(LOG_ERR, "pop3.certificate error=%s", reason);
	return listener->tls;
}

void pop3_listener_start(struct pop3_listener *listener)
{
	acceptor_start(listener->acceptor);
	event_active(listener->expire, EV_TIMEOUT, 1);
}

void pop3_listener_free(struct pop3_listener *listener)
{
	struct pop3_session *next;

	if (!listener)
		return;
	for (struct pop3_session *session = listener->sessions; session; session = next) {
		next = session->next;
		pop3_server_shutdown(session->engine);
		/* session and connection may be gone then */
		connection_pump(session->connection);
	}
	while (listener->sessions)
		free_session(listener->sessions);
	acceptor_free(listener->acceptor);
	if (listener->expire)
		event_free(listener->expire);
	tls_server_free(listener->tls);
	free(listener);
}
