/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config_private: what the files of the configuration share
 */
#ifndef IFAX_CONFIG_PRIVATE_H
#define IFAX_CONFIG_PRIVATE_H

#include <confuse.h>
#include <stdbool.h>

#include "config.h"

/*
 * libConfuse takes the end of the file for the end of a section, too. So the
 * file is read with one word more, which only a file that is closed knows.
 */
#define END_OF_FILE	"end_of_file"

/* The grammar: all options, with their defaults. */
extern cfg_opt_t config_options[];

/** config_see_end - END_OF_FILE was read */
int config_see_end(cfg_t *cfg, cfg_opt_t *opt, int argc, const char **argv);

/** config_read - read the file, and say on standard error what is wrong with it */
bool config_read(cfg_t *cfg, const char *path);

/** config_complain - say what is wrong, with the place; @format takes @value. Returns false. */
bool config_complain(cfg_t *cfg, const char *format, const char *value);

/** config_is_domain - whether a text can be the domain of a mail address */
bool config_is_domain(const char *text);

/** config_fill_list - the values of a list option; @list's item is NULL without memory */
void config_fill_list(cfg_t *cfg, const char *option, struct config_list *list);

/*
 * Sections to what the daemon reads. false: something in them cannot be meant,
 * and was said, or there is no memory.
 */
bool config_fill_servers(struct config *config, cfg_t *cfg);
bool config_fill_peers(struct config *config, cfg_t *cfg);

#endif /* IFAX_CONFIG_PRIVATE_H */
