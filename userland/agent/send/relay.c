// SPDX-License-Identifier: GPL-2.0
/*
 * relay: documents that go on to others because a request by mail says so
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/mail_path.h"
#include "relay.h"
#include "report/answer.h"
#include "station.h"
#include "store/jobs_private.h"

struct relay {
	struct station *station;
	struct event *timer;
};

/* ---- to whom ---- */

static bool add(struct rule_effects *effects, const char *address)
{
	if (!mail_path_can_be_named(address))
		return false;
	for (size_t i = 0; i < effects->forwards; i++)
		if (!strcasecmp(effects->forward[i].address, address))
			return true;
	if (effects->forwards == RULE_TARGETS_MAX)
		return false;
	effects->forward[effects->forwards++] = (struct rule_forward){ .address = address };
	return true;
}

static const struct config_list *find_list(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->relay_lists; i++)
		if (!strcasecmp(config->relay_list[i].title, name))
			return &config->relay_list[i].to;
	return NULL;
}

static bool add_list(const struct config *config, struct rule_effects *effects, const char *name,
		     char *reason, size_t bytes)
{
	const struct config_list *list = find_list(config, name);

	if (!list) {
		snprintf(reason, bytes, "there is no list \"%.100s\"", name);
		return false;
	}
	for (size_t i = 0; i < list->items; i++) {
		if (add(effects, list->item[i]))
			continue;
		snprintf(reason, bytes, "more than %d recipients", RULE_TARGETS_MAX);
		return false;
	}
	return true;
}

bool relay_recipients(const struct config *config, const struct opened *opened,
		      struct rule_effects *effects, char *reason, size_t bytes)
{
	*effects = (struct rule_effects){ .paper = false };
	if (opened->request_tos > REQUEST_ADDRESSES_MAX ||
	    opened->request_lists > REQUEST_NAMES_MAX) {
		snprintf(reason, bytes, "more than %d recipients, or %d lists",
			 REQUEST_ADDRESSES_MAX, REQUEST_NAMES_MAX);
		return false;
	}
	for (size_t i = 0; i < opened->request_tos; i++) {
		if (add(effects, opened->request_to[i]))
			continue;
		snprintf(reason, bytes, "\"%.100s\" is not a mail address, or one too many",
			 opened->request_to[i]);
		return false;
	}
	for (size_t i = 0; i < opened->request_lists; i++)
		if (!add_list(config, effects, opened->request_list[i], reason, bytes))
			return false;
	if (effects->forwards && effects->forwards <= config->requests.recipients)
		return true;
	if (effects->forwards)
		snprintf(reason, bytes, "it names %zu recipients; at most %u are allowed",
			 effects->forwards, config->requests.recipients);
	else
		snprintf(reason, bytes, "it names no recipient, as in \"to: someone@example.com\"");
	return false;
}

bool relay_store_order(struct jobs *jobs, int64_t id, const struct relay_order *order)
{
	return request_remember(jobs, order->config, order->opened) &&
	       database_run(jobs->db, "UPDATE job SET subject = ?, answer_to = ?, answer_ms = ?"
			    " WHERE id = ?", "ssii", order->subject, order->grant->answer_to,
			    now_ms() + order->config->requests.answer_ms, id);
}

/* ---- what became of it ---- */

/* The least that is known of a recipient when nothing more will be said. */
static const char *last_states(const struct config *config)
{
	if (config_can_receive(config) && config->confirm.processing)
		return "processed failed cancelled";
	if (config_can_receive(config) && config->confirm.delivery)
		return "delivered processed failed cancelled";
	return "handed over delivered processed failed cancelled";
}

/*
 * A job whose document has gone to all, and of which all is known; or of which
 * nobody waits for a connection any more, when confirmations are late.
 */
#define ANSWERABLE \
	"SELECT min(id) FROM job j WHERE answer_ms > 0 AND state NOT IN ('received', 'opening'," \
	" 'forwarding') AND NOT EXISTS" \
	" (SELECT 1 FROM forward f JOIN recipient r ON r.job = f.mail" \
	" WHERE f.job = j.id AND NOT instr(CASE WHEN j.answer_ms <= ?2 THEN" \
	" 'handed over delivered processed failed cancelled' ELSE ?1 END, r.state))"

void relay_run(struct relay *relay)
{
	struct station *station = relay->station;
	int64_t now = now_ms(), id, next_ms;
	struct job job;

	while ((id = database_number(station->jobs->db, 0, ANSWERABLE, "si",
				     last_states(&station->config), now))) {
		bool told = jobs_get(station->jobs, id, &job) && answer_relay(station, &job);

		job_clear(&job);
		if (!told) {
			station_wake(station, relay->timer, STATION_RECOVER_MS);
			return;
		}
		sender_wake(station->sender);
	}
	next_ms = database_number(station->jobs->db, 0, "SELECT min(answer_ms) FROM job"
				  " WHERE answer_ms > ?", "i", now);
	if (next_ms)
		station_wake(station, relay->timer, next_ms - now + 1);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	relay_run(arg);
}

void relay_wake(struct relay *relay)
{
	station_wake(relay->station, relay->timer, 0);
}

struct relay *relay_create(struct station *station)
{
	struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay)
		return NULL;
	relay->station = station;
	relay->timer = evtimer_new(station->base, on_timer, relay);
	if (relay->timer)
		return relay;
	free(relay);
	return NULL;
}

void relay_free(struct relay *relay)
{
	if (!relay)
		return;
	event_free(relay->timer);
	free(relay);
}
