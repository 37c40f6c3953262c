/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config_check: values of options: what they mean, and whether they can be meant
 *
 * All of them tell through cfg_error() what is wrong and what is allowed.
 */
#ifndef IFAX_CONFIG_CHECK_H
#define IFAX_CONFIG_CHECK_H

#include <confuse.h>
#include <stdbool.h>

#include "config.h"

#define MINUTE	60000L
#define DAY	(24 * 60 * MINUTE)
#define MIB	(1024L * 1024)

/* Callbacks of CFG_INT_CB: words to numbers. */
int parse_time(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_size(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_broadcast(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_split(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_form(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_print(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_spf(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_spf_errors(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_login(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
int parse_tls(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);

/** parse_hours - "18:00-08:00" as minutes since midnight; "" is all day */
bool parse_hours(const char *text, int *begin_min, int *end_min);

/** parse_listen - an address with a port, as in 0.0.0.0:25 or [::]:25 */
bool parse_listen(const char *text, struct config_address *listen);

/** check_options - give each option that can be wrong its check */
void check_options(cfg_t *cfg);

#endif /* IFAX_CONFIG_CHECK_H */
