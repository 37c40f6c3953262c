/* SPDX-License-Identifier: GPL-2.0 */
/*
 * token_file: tokens of OAuth 2.0 (RFC 6749), in a file that only its owner can read
 *
 * It is replaced as a whole: what can be read is always one token or the other.
 */
#ifndef IFAX_TOKEN_FILE_H
#define IFAX_TOKEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKEN_MAX	4096	/* those of some providers are long */

/**
 * struct token - what a provider gave
 * @access: for AUTH
 * @refresh: to get the next one; "" if there is none
 * @expires_ms: when @access ends, milliseconds since 1970; 0: not said
 */
struct token {
	char access[TOKEN_MAX + 1];
	char refresh[TOKEN_MAX + 1];
	int64_t expires_ms;
};

/** token_read - @reason receives what is wrong, for people */
bool token_read(const char *path, struct token *token, char *reason, size_t bytes);
bool token_write(const char *path, const struct token *token, char *reason, size_t bytes);

/** token_is_good - at @now_ms, and for a minute more */
bool token_is_good(const struct token *token, int64_t now_ms);

#endif /* IFAX_TOKEN_FILE_H */
