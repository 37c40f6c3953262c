// SPDX-License-Identifier: GPL-2.0
/*
 * listener: the SMTP server of the station: who may come in, and how many
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admission.h"
#include "log.h"
#include "net/acceptor.h"
#include "net/sasl.h"
#include "net/users.h"
#include "reception.h"
#include "station.h"
#include "store/repeats.h"

struct listener {
	struct acceptor *acceptor;
	struct receptions sessions;
};

static void refuse(struct listener *listener, int fd, const char *peer, const char *reply)
{
	char line[512];
	int bytes = snprintf(line, sizeof(line), reply, listener->sessions.config.host_name);

	log_event(LOG_NOTICE, "listener.refused peer=%s", peer);
	if (send(fd, line, bytes, MSG_NOSIGNAL) < 0)
		log_event(LOG_INFO, "listener.refuse error=%s", strerror(errno));
	close(fd);
}

static bool has_room(const struct receptions *sessions, const char *peer)
{
	const struct config_limits *limits = &sessions->station->config.limits;

	return sessions->peers.sessions < limits->sessions &&
	       peers_sessions(&sessions->peers, peer) < limits->sessions_per_peer;
}

static void on_accepted(void *arg, int fd, const char *peer, bool tls)
{
	struct listener *listener = arg;
	struct receptions *sessions = &listener->sessions;

	if (!admission_peer(&sessions->station->config.server, peer))
		refuse(listener, fd, peer, "554 5.7.1 %s you are not welcome\r\n");
	else if (!has_room(sessions, peer))
		refuse(listener, fd, peer,
		       "421 4.3.2 %s has too many sessions, try again later\r\n");
	else
		reception_start(sessions, fd, peer, tls);
}

bool listener_load(struct listener *listener)
{
	const struct config_server *server = &listener->sessions.station->config.server;
	char reason[512];

	if (server->users && !users_check(server->users, reason, sizeof(reason))) {
		log_event(LOG_ERR, "listener.users error=%s", reason);
		return false;
	}
	if (server->users && server->auth_without_tls)
		listener->sessions.config.auth = sasl_offer(server->users, true);
	else if (server->users)
		listener->sessions.config.auth = sasl_offer(server->users, false);
	if (server->users)
		listener->sessions.config.auth_secure = sasl_offer(server->users, true);
	if (!server->certificate)
		return true;
	listener->sessions.tls = tls_server_create(server->certificate, server->key, reason,
						   sizeof(reason));
	if (!listener->sessions.tls)
		log_event(LOG_ERR, "listener.certificate error=%s", reason);
	return listener->sessions.tls;
}

void listener_start(struct listener *listener)
{
	struct receptions *sessions = &listener->sessions;

	sessions->repeat_secret = repeats_secret(sessions->station->jobs);
	acceptor_start(listener->acceptor);
}

static void fill_config(struct listener *listener, const struct config *config)
{
	listener->sessions.config = smtp_server_config_defaults;
	listener->sessions.config.host_name = config->host_name;
	listener->sessions.config.message_bytes_max = config->limits.message_bytes;
	listener->sessions.config.recipients_max = config->limits.recipients;
	listener->sessions.config.tls_timeout_ms = config->smtp_tls_ms;
	listener->sessions.config.auth_timeout_ms = config->smtp_auth_ms;
	listener->sessions.config.command_timeout_ms = config->smtp_command_ms;
	listener->sessions.config.data_timeout_ms = config->smtp_data_ms;
	listener->sessions.config.negotiate = *config->confirm.features;
	listener->sessions.config.tls = config->server.certificate;
	listener->sessions.config.tls_required = config->server.tls_required;
}

struct listener *listener_bind(struct station *station)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return NULL;
	listener->sessions.station = station;
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
	return listener->sessions.peers.sessions;
}

void listener_free(struct listener *listener)
{
	if (!listener)
		return;
	receptions_end(&listener->sessions);
	acceptor_free(listener->acceptor);
	tls_server_free(listener->sessions.tls);
	free(listener);
}
