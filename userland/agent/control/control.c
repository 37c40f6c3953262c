// SPDX-License-Identifier: GPL-2.0
/*
 * control: the socket that the command line speaks to
 *
 * A request is a line of JSON with a "command", an answer is a line of JSON
 * with "ok" and, if that is false, "error". Who may talk to us is decided by
 * the permissions of the socket.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <grp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "command.h"
#include "log.h"
#include "station.h"
#include "store/commits.h"

#define CLIENTS_MAX		32
#define REQUEST_BYTES_MAX	65536
#define IDLE_S			60
#define ACCEPT_PAUSE_S		1

struct client {
	struct control *control;
	struct client *next;
	struct bufferevent *stream;
	bool last;			/* to be closed when the answer is out */
	struct commit asked;		/* what was done before the request is on disk */
	struct commit done;		/* what was done for it, too */
	json_t *request;		/* under way */
	struct fetch_listing *listing;	/* which it waits for */
	json_t *answer;
	bool changes;			/* it changed something */
};

static const struct timeval idle = { IDLE_S, 0 };

struct control {
	struct station *station;
	int fd;
	struct event *event;
	struct event *resume;
	struct client *clients;
	unsigned int client_count;
};

/* Clients */

static void free_client(struct client *client)
{
	for (struct client **at = &client->control->clients; *at; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			client->control->client_count--;
			break;
		}
	}
	commits_forget(client->control->station->commits, &client->asked);
	commits_forget(client->control->station->commits, &client->done);
	fetcher_list_end(client->control->station->fetcher, client->listing);
	json_decref(client->request);
	json_decref(client->answer);
	bufferevent_free(client->stream);
	free(client);
}

static void reply(struct client *client, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	json_decref(value);
	if (!text) {
		client->last = true;
		return;
	}
	bufferevent_write(client->stream, text, strlen(text));
	bufferevent_write(client->stream, "\n", 1);
	free(text);
}

/* What is told to people is on disk: what they saw they may rely on. */

static void on_listed(void *arg, struct fetch_listing *listing)
{
	struct client *client = arg;
	struct station *station = client->control->station;

	client->answer = command_listed(station, listing);
	client->listing = NULL;
	fetcher_list_end(station->fetcher, listing);
	bufferevent_set_timeouts(client->stream, &idle, &idle);
	commits_add(station->commits, &client->done);
}

static void on_asked(void *arg, int err)
{
	struct client *client = arg;
	struct station *station = client->control->station;

	client->changes = false;
	client->listing = command_list(station, client->request, on_listed, client,
				       &client->answer);
	/* a visit takes as long as the server does: it has its own time-outs */
	if (client->listing) {
		bufferevent_set_timeouts(client->stream, NULL, NULL);
		return;
	}
	if (!client->answer)
		client->answer = command_run(station, client->request, &client->changes);
	commits_add(station->commits, &client->done);
}

static void take_request(struct client *client, const char *line, size_t bytes)
{
	json_error_t error;

	client->request = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(client->request)) {
		commits_add(client->control->station->commits, &client->asked);
		return;
	}
	json_decref(client->request);
	client->request = NULL;
	reply(client, command_refuse("a request is one JSON object on one line"));
}

/* One request after the other. */
static void take_requests(struct client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t bytes;
	char *line;

	while (!client->request && (line = evbuffer_readln(input, &bytes, EVBUFFER_EOL_LF))) {
		take_request(client, line, bytes);
		free(line);
	}
	if ((!client->request && evbuffer_get_length(input) >= REQUEST_BYTES_MAX) || client->last)
		free_client(client);
}

static void on_done(void *arg, int err)
{
	struct client *client = arg;

	if (err && client->changes && json_is_true(json_object_get(client->answer, "ok"))) {
		json_decref(client->answer);
		client->answer = command_refuse("the disk fails: what was asked for may be lost"
						" when the station stops; the daemon's log says"
						" why");
	}
	json_decref(client->request);
	client->request = NULL;
	reply(client, client->answer);
	client->answer = NULL;
	take_requests(client);
}

static void on_read(struct bufferevent *stream, void *arg)
{
	take_requests(arg);
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	free_client(arg);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	event_add(control->event, NULL);
}

static void on_accept(evutil_socket_t socket, short what, void *arg)
{
	const struct timeval pause = { ACCEPT_PAUSE_S, 0 };
	struct control *control = arg;
	struct client *client;
	int fd = accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
		event_del(control->event);
		evtimer_add(control->resume, &pause);
	}
	if (fd < 0)
		return;
	client = control->client_count < CLIENTS_MAX ? calloc(1, sizeof(*client)) : NULL;
	if (client)
		client->stream =
			bufferevent_socket_new(control->station->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return;
	}
	client->control = control;
	client->asked = (struct commit){ .done = on_asked, .arg = client };
	client->done = (struct commit){ .done = on_done, .arg = client };
	client->next = control->clients;
	control->clients = client;
	control->client_count++;
	bufferevent_setcb(client->stream, on_read, NULL, on_event, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, REQUEST_BYTES_MAX);
	bufferevent_set_timeouts(client->stream, &idle, &idle);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* The socket */

static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served = fd >= 0 && !connect(fd, (const struct sockaddr *)address, sizeof(*address));

	if (fd >= 0)
		close(fd);
	return served;
}

/* What a crash left there goes; what is no socket is another's, and stays. */
static bool clear_path(const char *path)
{
	struct stat found;

	if (lstat(path, &found))
		return errno == ENOENT;
	if (S_ISSOCK(found.st_mode))
		return !unlink(path);
	errno = EEXIST;
	return false;
}

static bool set_group(const char *path, const char *name)
{
	struct group *group = *name ? getgrnam(name) : NULL;

	if (!*name)
		return !chmod(path, 0600);
	if (!group) {
		errno = EINVAL;
		return false;
	}
	return !chown(path, -1, group->gr_gid) && !chmod(path, 0660);
}

static int listen_on(const struct config *config)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	mode_t mask;
	int fd, err;

	if (strlen(config->control) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, config->control);
	if (is_served(&address)) {
		errno = EADDRINUSE;
		return -1;
	}
	if (!clear_path(config->control))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	/* nobody gets in before the permissions are set */
	mask = umask(0177);
	err = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (!err && set_group(config->control, config->control_group) && !listen(fd, CLIENTS_MAX))
		return fd;
	close(fd);
	return -1;
}

struct control *control_open(struct station *station)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->station = station;
	control->fd = listen_on(&station->config);
	if (control->fd < 0) {
		log_event(LOG_ERR, "control.open socket=%s group=%s error=%s",
			  station->config.control, station->config.control_group, strerror(errno));
		free(control);
		return NULL;
	}
	control->event =
		event_new(station->base, control->fd, EV_READ | EV_PERSIST, on_accept, control);
	control->resume = evtimer_new(station->base, on_resume, control);
	if (control->event && control->resume && !event_add(control->event, NULL))
		return control;
	control_free(control);
	return NULL;
}

void control_free(struct control *control)
{
	if (!control)
		return;
	while (control->clients)
		free_client(control->clients);
	if (control->event)
		event_free(control->event);
	if (control->resume)
		event_free(control->resume);
	unlink(control->station->config.control);
	close(control->fd);
	free(control);
}
