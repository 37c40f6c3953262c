/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _IFAX_UUENCODED_H
#define _IFAX_UUENCODED_H

#include <gmime/gmime.h>

/**
 * uuencoded_unfold() - make parts of the files that stand in the texts of a message
 * @message: message
 * @except: a part that is left as it is, or NULL
 *
 * Before there was MIME, files stood in the text, between "begin 644 NAME" and "end"; some
 * programs still send them so. Such a text becomes a multipart/mixed of what is before it, the
 * file, and what is behind it.
 */
void uuencoded_unfold(GMimeMessage *message, GMimeObject *except);

#endif /* _IFAX_UUENCODED_H */
