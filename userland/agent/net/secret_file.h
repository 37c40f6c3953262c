/* SPDX-License-Identifier: GPL-2.0 */
/*
 * secret_file: files that nobody but their owner may read
 *
 * Passwords, keys, tokens. A file that others can read or write is refused: its
 * secret is none any more.
 */
#ifndef IFAX_SECRET_FILE_H
#define IFAX_SECRET_FILE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * secret_file_open - open a file that belongs to us or root, and to nobody else
 * @path: a regular file
 * @reason: receives what is wrong, for people
 * @bytes: of @reason
 *
 * Return: a descriptor to read from, -1: refused.
 */
int secret_file_open(const char *path, char *reason, size_t bytes);

/**
 * secret_file_line - read the first line of such a file
 * @secret: receives it; not empty
 * @bytes: of @secret
 */
bool secret_file_line(const char *path, char *secret, size_t bytes, char *reason,
		      size_t reason_bytes);

#endif /* IFAX_SECRET_FILE_H */
