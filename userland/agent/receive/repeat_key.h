/* SPDX-License-Identifier: GPL-2.0 */
/*
 * repeat_key: a mail by who brings it, its envelope, and all of its content
 *
 * What it is for: repeats.h.
 */
#ifndef IFAX_REPEAT_KEY_H
#define IFAX_REPEAT_KEY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "content_sum.h"
#include "engine/smtp_server.h"
#include "store/jobs.h"
#include "store/repeats.h"

/**
 * struct repeat_key - zeroed at the begin
 * @envelope: to digest (SHA-256) what is no content; NULL: there was no mail yet
 * @digest: of that
 * @content: to sum up the content, with @digest as the key
 * @good: it is complete so far
 * @text: of the mail that was complete last, "": none
 */
struct repeat_key {
	EVP_MD_CTX *envelope;
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct content_sum content;
	bool good;
	char text[REPEAT_KEY_BYTES];
};

/**
 * repeat_key_begin - a mail will come
 * @secret: the station's (repeats_secret())
 * @user: who brings it, if he logged in, else ""
 * @peer: the address that brings it, if he did not
 * @mail: its sender
 *
 * Its recipients follow, by repeat_key_recipients(), each list once, then its content, after
 * repeat_key_begin_content(). What fails makes that the mail has no key.
 */
void repeat_key_begin(struct repeat_key *key, int64_t secret, const char *user, const char *peer,
		      const struct smtp_server_mail *mail);
void repeat_key_recipients(struct repeat_key *key, const struct job_recipient *recipient,
			   size_t recipients);
void repeat_key_begin_content(struct repeat_key *key);
void repeat_key_content(struct repeat_key *key, const char *bytes, size_t len);

/** repeat_key_end - the mail is complete; NULL: it has no key */
const char *repeat_key_end(struct repeat_key *key);
void repeat_key_free(struct repeat_key *key);

#endif /* IFAX_REPEAT_KEY_H */
