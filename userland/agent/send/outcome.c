// SPDX-License-Identifier: GPL-2.0
/*
 * outcome: what a try to send makes of a recipient
 */
#include <stdio.h>

#include "outcome.h"

static void set_reply(struct recipient *recipient, const char *text)
{
	/* without memory the state alone must do */
	recipient_set_text(&recipient->reply, text);
}

static int64_t next_wait_ms(const struct config_retry *retry, int64_t tries)
{
	int64_t wait_ms = retry->interval_ms;

	if (tries < (int64_t)retry->quick_items)
		return retry->quick_ms[tries];
	for (int64_t i = retry->quick_items; i < tries && wait_ms < retry->longest_ms; i++)
		wait_ms *= 2;
	return wait_ms < retry->longest_ms ? wait_ms : retry->longest_ms;
}

/* A long document is several mails: when one was taken the next is due. */
void outcome_handed_over(struct recipient *recipient, const struct mail *mail, const char *reply)
{
	set_reply(recipient, reply);
	if (recipient->part >= mail->parts) {
		recipient->state = RECIPIENT_HANDED_OVER;
		return;
	}
	recipient->state = RECIPIENT_QUEUED;
	recipient->part++;
	recipient->next_ms = 0;
	recipient->tries = 0;
	recipient->waited_ms = 0;
}

void outcome_deferred(struct recipient *recipient, const struct config_retry *retry,
		      const char *reply)
{
	int64_t wait_ms = next_wait_ms(retry, recipient->tries);
	char gave_up[1024];

	recipient->tries++;
	if (recipient->waited_ms + wait_ms > retry->give_up_ms) {
		snprintf(gave_up, sizeof(gave_up), "given up after %lld tries: %.900s",
			 (long long)recipient->tries, reply);
		set_reply(recipient, gave_up);
		recipient->state = RECIPIENT_FAILED;
		return;
	}
	set_reply(recipient, reply);
	recipient->state = RECIPIENT_QUEUED;
	recipient->waited_ms += wait_ms;
	recipient->next_ms = now_ms() + wait_ms;
}

void outcome_failed(struct recipient *recipient, const char *reply)
{
	recipient->state = RECIPIENT_FAILED;
	recipient->tries++;
	set_reply(recipient, reply);
}
