// SPDX-License-Identifier: GPL-2.0
/*
 * listener: the SMTP server of the station
 *
 * It takes mail for the station's own domains and for nobody else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"
#include "log.h"
#include "smtp_server.h"
#include "station.h"

#define BACKLOG		128
#define BIND_TRIES	40
#define BIND_PAUSE_MS	50
#define ACCEPT_PAUSE_MS	1000	/* after accept() could not get a descriptor or memory */

struct session {
	struct listener *listener;
	struct session *next;
	char peer[INET6_ADDRSTRLEN];
	struct connection *connection;
	struct smtp_server *engine;
	struct spool_file file;
	uint64_t announced_bytes;
	char sender[MAIL_ADDRESS_MAX + 1];
	struct job_recipient *recipient;
	size_t recipients;
};

struct socket {
	struct listener *listener;
	int fd;
	struct event *event;
	bool tls;			/* comes first there */
};

struct listener {
	struct station *station;
	struct smtp_server_config config;
	struct tls_server *tls;
	struct socket *socket;
	size_t sockets;
	struct event *resume;
	struct session *sessions;
	unsigned int session_count;
};

/* The envelope */

static void clear_envelope(struct session *session)
{
	spool_discard(&session->file);
	for (size_t i = 0; i < session->recipients; i++)
		free((char *)session->recipient[i].address);
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

	session->announced_bytes = mail->size_bytes;
	snprintf(session->sender, sizeof(session->sender), "%s", mail->reverse_path.address);
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

static enum smtp_server_answer on_rcpt(void *arg, const struct mail_path *path,
				       struct smtp_reply *reply)
{
	struct session *session = arg;
	struct job_recipient *recipient;

	judge(&session->listener->station->config, path, reply);
	if (!smtp_reply_positive(reply)) {
		log_event(LOG_NOTICE, "listener.refused peer=%s from=%s to=%s", session->peer,
			  session->sender, path->address);
		return SMTP_SERVER_NOW;
	}
	recipient = reallocarray(session->recipient, session->recipients + 1, sizeof(*recipient));
	if (recipient) {
		session->recipient = recipient;
		recipient += session->recipients;
		*recipient = (struct job_recipient){ .address = strdup(path->address) };
	}
	if (recipient && recipient->address)
		session->recipients++;
	else
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
	snprintf(path, sizeof(path), "Return-Path: <%s>\r\n", session->sender);
	return !spool_write(&session->file, path, strlen(path)) &&
	       !spool_write(&session->file, received, bytes);
}

static enum smtp_server_answer on_data(void *arg, struct smtp_reply *reply)
{
	struct session *session = arg;
	struct station *station = session->listener->station;
	uint64_t needed = station->config.limits.free_bytes + session->announced_bytes;

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

static enum smtp_server_answer on_message_end(void *arg, struct smtp_reply *reply)
{
	struct session *session = arg;
	char source[sizeof(session->peer) + 8];
	struct job_arrival arrival = {
		.sender = session->sender,
		.source = source,
		.recipient = session->recipient,
		.recipients = session->recipients,
	};
	int64_t id;

	snprintf(source, sizeof(source), "smtp %s", session->peer);
	id = incoming_take(session->listener->station, &session->file, &arrival);
	if (id)
		smtp_reply_set(reply, 250, "2.0.0", "taken as job %lld", (long long)id);
	else
		smtp_reply_set(reply, 452, "4.3.1",
			       "the message could not be stored, try again later");
	clear_envelope(session);
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

static const struct smtp_server_ops server_ops = {
	.mail = on_mail, .rcpt = on_rcpt, .data = on_data, .message = on_message,
	.message_end = on_message_end, .abandon = on_abandon, .note = on_note,
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
	connection_free(session->connection);
	smtp_server_destroy(session->engine);
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

static void peer_name(const struct sockaddr_storage *address, char *peer, size_t bytes)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (address->ss_family == AF_INET)
		inet_ntop(AF_INET, &in->sin_addr, peer, bytes);
	else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], peer, bytes);
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, peer, bytes);
}

static void pause_accepting(struct listener *listener)
{
	struct timeval time = { ACCEPT_PAUSE_MS / 1000, ACCEPT_PAUSE_MS % 1000 * 1000 };

	log_event(LOG_ERR, "listener.accept error=%s", strerror(errno));
	for (size_t i = 0; i < listener->sockets; i++)
		event_del(listener->socket[i].event);
	evtimer_add(listener->resume, &time);
}

static void on_accept(evutil_socket_t listening, short what, void *arg)
{
	const struct socket *socket = arg;
	struct listener *listener = socket->listener;
	struct sockaddr_storage address = { 0 };
	socklen_t bytes = sizeof(address);
	int fd = accept4(listening, (struct sockaddr *)&address, &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
	char peer[INET6_ADDRSTRLEN] = "";

	if (fd < 0) {
		/* the connection stays in the backlog: without a pause the loop would spin */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(listener);
		return;
	}
	peer_name(&address, peer, sizeof(peer));
	if (has_room(listener, peer))
		start_session(listener, fd, peer, socket->tls);
	else
		refuse(fd, listener->config.host_name);
}

bool listener_load(struct listener *listener)
{
	const struct config_server *server = &listener->station->config.server;
	char reason[512];

	if (!server->certificate)
		return true;
	listener->tls = tls_server_create(server->certificate, server->key, reason, sizeof(reason));
	if (!listener->tls)
		log_event(LOG_ERR, "listener.certificate error=%s", reason);
	return listener->tls;
}

void listener_start(struct listener *listener)
{
	for (size_t i = 0; i < listener->sockets; i++)
		event_add(listener->socket[i].event, NULL);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	listener_start(arg);
}

/* Sockets */

static void name_address(const struct config_address *address, char *name, size_t bytes)
{
	char host[INET6_ADDRSTRLEN] = "", port[8] = "";

	getnameinfo((const struct sockaddr *)&address->address, address->bytes, host, sizeof(host),
		    port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(name, bytes, "%s port %s", host, port);
}

/* As with the lock of the spool: the worker of a killed daemon may have the port a little longer. */
static int bind_patiently(int fd, const struct config_address *address)
{
	const struct timespec pause = { 0, BIND_PAUSE_MS * 1000000L };

	for (int tries = 1;
	     bind(fd, (const struct sockaddr *)&address->address, address->bytes); tries++) {
		if (errno != EADDRINUSE || tries == BIND_TRIES)
			return -1;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int open_socket(const struct config_address *address)
{
	const int on = 1;
	char name[80];
	int fd = socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		goto failed;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	/* so that 0.0.0.0:25 and [::]:25 can stand side by side */
	if (address->address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind_patiently(fd, address) && !listen(fd, BACKLOG))
		return fd;
failed:
	name_address(address, name, sizeof(name));
	log_event(LOG_ERR, "listener.bind address=%s error=%s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
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

static bool listen_at(struct listener *listener, const struct config_address *address)
{
	struct socket *socket = &listener->socket[listener->sockets];
	int fd = open_socket(address);

	if (fd < 0)
		return false;
	*socket = (struct socket){ .listener = listener, .fd = fd, .tls = address->tls };
	socket->event = event_new(listener->station->base, fd, EV_READ | EV_PERSIST, on_accept,
				  socket);
	if (!socket->event) {
		close(fd);
		return false;
	}
	listener->sockets++;
	return true;
}

struct listener *listener_bind(struct station *station)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	size_t sockets = station->config.listens;

	if (!listener)
		return NULL;
	listener->station = station;
	fill_config(listener, &station->config);
	listener->socket = calloc(sockets + 1, sizeof(*listener->socket));
	listener->resume = evtimer_new(station->base, on_resume, listener);
	if (!listener->socket || !listener->resume)
		goto free;
	while (listener->sockets < sockets)
		if (!listen_at(listener, &station->config.listen[listener->sockets]))
			goto free;
	return listener;

free:
	listener_free(listener);
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
	for (size_t i = 0; i < listener->sockets; i++) {
		event_free(listener->socket[i].event);
		close(listener->socket[i].fd);
	}
	if (listener->resume)
		event_free(listener->resume);
	tls_server_free(listener->tls);
	free(listener->socket);
	free(listener);
}
