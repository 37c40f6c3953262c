/* SPDX-License-Identifier: GPL-2.0 */
/*
 * oauth: access tokens of providers: those that are kept, and fresh ones (ifax-token)
 */
#ifndef IFAX_OAUTH_H
#define IFAX_OAUTH_H

#include <event2/event.h>

#include "config/config.h"
#include "worker.h"

/**
 * oauth_token - read the token that is kept
 * @token: receives it
 * @bytes: of @token
 * @fresh: receives whether it can still be used
 * @reason: receives what is wrong, for people
 */
bool oauth_token(const struct config_oauth *oauth, char *token, size_t bytes, bool *fresh,
		 char *reason, size_t reason_bytes);

/**
 * oauth_refresh - have a fresh token got
 * @refused: a token that a server refused: if it is the one that is kept, it is not good any
 *	more, whatever was said about its end; NULL: none
 * @ended: called once, when it is kept, or could not be got
 */
struct worker *oauth_refresh(struct event_base *base, const struct config_oauth *oauth,
			     const char *refused,
			     void (*ended)(void *arg, enum worker_end end, const char *text),
			     void *arg);

/** oauth_authorise - become ifax-token, which talks to whoever sits there; returns if it fails */
void oauth_authorise(const struct config_oauth *oauth);

#endif /* IFAX_OAUTH_H */
