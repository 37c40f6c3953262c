// SPDX-License-Identifier: GPL-2.0
/*
 * delivery: which of the recipients of a job go together
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "delivery_private.h"

static const char *domain_of(const struct recipient *recipient)
{
	return strrchr(recipient->address, '@') + 1;
}

static void name_destination(const struct config_route *route, const char *domain,
			     char name[DESTINATION_BYTES])
{
	if (route && route->hosts.items)
		snprintf(name, DESTINATION_BYTES, "%.255s:%u", route->hosts.item[0], route->port);
	else
		snprintf(name, DESTINATION_BYTES, "%.255s", domain);
}

void delivery_name_destination(const struct config *config, const char *address,
			       char name[DESTINATION_BYTES])
{
	const char *domain = strrchr(address, '@') + 1;

	name_destination(config_route(config, domain), domain, name);
}

const char *delivery_domain(const struct delivery *delivery)
{
	return domain_of(&delivery->recipients.item[0]);
}

static bool is_due(const struct station *station, const struct recipient *recipient)
{
	return recipient->state == RECIPIENT_QUEUED &&
	       !station_left_ms(station, recipient->next_ms);
}

/* The mail of the first one is also that of another. */
static bool is_shared(const struct delivery *delivery, const struct recipient *other)
{
	const struct recipient *first = &delivery->recipients.item[0];

	return other->mail == first->mail && other->part == first->part;
}

bool delivery_choose(struct delivery *delivery, bool (*busy)(void *arg, const char *destination))
{
	static const struct tls_demand opportunistic = { .policy = TLS_OPPORTUNISTIC };
	const struct config *config = &delivery->station->config;
	struct recipients *recipients = &delivery->recipients;
	size_t chosen = 0;

	for (size_t i = 0; i < recipients->items; i++) {
		struct recipient other = recipients->item[i];
		const struct config_route *route = config_route(config, domain_of(&other));
		char destination[DESTINATION_BYTES];

		name_destination(route, domain_of(&other), destination);
		if (!is_due(delivery->station, &other))
			continue;
		if (chosen ? route != delivery->route || !is_shared(delivery, &other) ||
			     strcasecmp(destination, delivery->destination)
			   : busy(delivery->arg, destination))
			continue;
		if (!chosen) {
			delivery->route = route;
			delivery->demand = route ? route->tls : opportunistic;
			strcpy(delivery->destination, destination);
			/* a report is a mail, not a document */
			if (!jobs_mail(delivery->station->jobs, delivery->job.id, &other,
				       &delivery->mail))
				delivery->mail = (struct mail){ .position = -1, .parts = 1 };
		}
		recipients->item[i] = recipients->item[chosen];
		recipients->item[chosen] = other;
		recipients->item[chosen++].state = RECIPIENT_SENDING;
	}
	for (size_t i = chosen; i < recipients->items; i++)
		recipient_clear(&recipients->item[i]);
	recipients->items = chosen;
	return chosen;
}

bool delivery_fill_envelope(struct delivery *delivery)
{
	size_t items = delivery->recipients.items;

	delivery->address = calloc(items, sizeof(*delivery->address));
	delivery->dsn = calloc(items, sizeof(*delivery->dsn));
	if (!delivery->address || !delivery->dsn)
		return false;
	for (size_t i = 0; i < items; i++) {
		delivery->address[i] = delivery->recipients.item[i].address;
		delivery->dsn[i] = (struct smtp_client_dsn){
			.notify = delivery->recipients.item[i].notify,
			.original = delivery->recipients.item[i].original,
		};
	}
	if (*delivery->job.envelope_id)
		mail_id(delivery->job.envelope_id, &delivery->mail, delivery->envelope_id);
	delivery->envelope = (struct smtp_client_envelope){
		.reverse_path = delivery->job.sender,
		.recipients = delivery->address,
		.recipient_count = items,
		.dsn = delivery->dsn,
		.envelope_id = delivery->envelope_id,
		.dsn_return = delivery->job.dsn_return,
		/* who asked for this form said itself what it takes */
		.negotiate = *delivery->job.document && !*delivery->mail.original_id,
		.convertible = delivery->job.convertible ||
			       (*delivery->job.document && delivery->station->config.convertible),
		.message_bytes = (delivery->mail.bytes ?: delivery->job.message_bytes) +
				 content_header_bytes(&delivery->content),
	};
	return true;
}
