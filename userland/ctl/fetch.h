/* SPDX-License-Identifier: GPL-2.0 */
#ifndef IFAX_FETCH_COMMAND_H
#define IFAX_FETCH_COMMAND_H

#include "request.h"

/** fetch - visit maildrops, or list what lies there; @bad_option: tells of a wrong one */
enum exit_code fetch(const char *control_socket, int argc, char **argv,
		     enum exit_code (*bad_option)(int c));

#endif /* IFAX_FETCH_COMMAND_H */
