/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_MESSAGE_FILE_H
#define _IFAX_MESSAGE_FILE_H

#include <gmime/gmime.h>

#include "failure.h"

/**
 * message_parse() - read a message, from the begin of a file
 * @fd: file; its contents have passed mime_limits_check()
 *
 * Parts of the message stay in the file.
 *
 * Return: the message, to be unreferenced; NULL: it is none.
 */
GMimeMessage *message_parse(int fd);

/**
 * message_write() - write a message, from the begin of a file, with lines ended by CRLF
 * @message: message
 * @fd: file; what it held is dropped
 * @failure: why it cannot be written
 *
 * Return: its size in bytes, or -1.
 */
gint64 message_write(GMimeMessage *message, int fd, struct failure *failure);

#endif /* _IFAX_MESSAGE_FILE_H */
