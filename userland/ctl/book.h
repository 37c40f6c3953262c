/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IFAX_BOOK_COMMAND_H
#define IFAX_BOOK_COMMAND_H

#include "request.h"

/** book - list, set or remove what is known of peers; @bad_option: tells of a wrong one */
enum exit_code book(const char *control_socket, int argc, char **argv,
		    enum exit_code (*bad_option)(int c));

#endif /* IFAX_BOOK_COMMAND_H */
