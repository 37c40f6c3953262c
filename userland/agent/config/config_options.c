// SPDX-License-Identifier: GPL-2.0
/*
 * config_options: the grammar of the configuration file
 */
#include "config_check.h"
#include "config_private.h"
#include "engine/pop3_server.h"

#define TIME(name, value) CFG_INT_CB(name, value, CFGF_NONE, parse_time)

/* Of every section that tells how a client reaches a server; fill_tls() reads them. */
#define TLS_OPTIONS(policy)						\
	CFG_INT_CB("tls", policy, CFGF_NONE, parse_tls),		\
	CFG_BOOL("tls_implicit", cfg_false, CFGF_NONE),			\
	CFG_STR("tls_name", NULL, CFGF_NODEFAULT),			\
	CFG_STR("tls_authorities", NULL, CFGF_NODEFAULT),		\
	CFG_STR_LIST("tls_pins", NULL, CFGF_NODEFAULT),			\
	CFG_STR("tls_certificate", NULL, CFGF_NODEFAULT),		\
	CFG_STR("tls_key", NULL, CFGF_NODEFAULT)

static cfg_opt_t oauth_opts[] = {
	CFG_STR("token_url", NULL, CFGF_NODEFAULT),
	CFG_STR("device_url", NULL, CFGF_NODEFAULT),
	CFG_STR("client_id", NULL, CFGF_NODEFAULT),
	CFG_STR("client_secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("scope", "", CFGF_NONE),
	CFG_STR("token_file", NULL, CFGF_NODEFAULT),
	CFG_END()
};

static cfg_opt_t route_opts[] = {
	CFG_STR("pop3_first", NULL, CFGF_NODEFAULT),
	TIME("pop3_first_valid", 10 * MINUTE),
	CFG_STR_LIST("host", NULL, CFGF_NODEFAULT),
	CFG_INT("port", 25, CFGF_NONE),
	TLS_OPTIONS(TLS_OPPORTUNISTIC),
	CFG_STR("user", NULL, CFGF_NODEFAULT),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("oauth", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("auth", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	CFG_END()
};

static cfg_opt_t pop3_opts[] = {
	CFG_STR("host", NULL, CFGF_NODEFAULT),
	CFG_INT("port", 110, CFGF_NONE),
	CFG_STR("user", NULL, CFGF_NODEFAULT),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR("oauth", NULL, CFGF_NODEFAULT),
	CFG_INT_CB("login", POP3_LOGIN_ANY, CFGF_NONE, parse_login),
	CFG_STR_LIST("auth", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	TIME("poll", 15 * MINUTE),
	CFG_BOOL("keep", cfg_false, CFGF_NONE),
	CFG_INT("keep_days", 0, CFGF_NONE),
	CFG_BOOL("capa", cfg_true, CFGF_NONE),
	TLS_OPTIONS(TLS_OPPORTUNISTIC),
	CFG_END()
};

static cfg_opt_t smtp_server_opts[] = {
	CFG_STR("certificate", NULL, CFGF_NODEFAULT),
	CFG_STR("key", NULL, CFGF_NODEFAULT),
	CFG_BOOL("tls_required", cfg_false, CFGF_NONE),
	CFG_STR("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	CFG_BOOL("relay_users", cfg_true, CFGF_NONE),
	CFG_STR_LIST("relay_networks", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("allow", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("deny", NULL, CFGF_NODEFAULT),
	CFG_STR("offramp", NULL, CFGF_NODEFAULT),
	TIME("repeats", DAY),
	CFG_BOOL("refuse_unprintable", cfg_false, CFGF_NONE),
	CFG_BOOL("verify", cfg_true, CFGF_NONE),
	TIME("relay_after_pop3", 0),
	CFG_INT_CB("spf", SPF_OFF, CFGF_NONE, parse_spf),
	CFG_INT_CB("spf_errors", 0, CFGF_NONE, parse_spf_errors),
	CFG_END()
};

static cfg_opt_t pop3_server_opts[] = {
	CFG_STR("certificate", NULL, CFGF_NODEFAULT),
	CFG_STR("key", NULL, CFGF_NODEFAULT),
	CFG_STR("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("auth_without_tls", cfg_false, CFGF_NONE),
	TIME("autologout", POP3_AUTOLOGOUT_MS),
	TIME("pdf_wait", 20000),
	CFG_END()
};

static cfg_opt_t rule_opts[] = {
	CFG_STR("from", "", CFGF_NONE),
	CFG_STR("to", "", CFGF_NONE),
	CFG_STR("subaddress", "", CFGF_NONE),
	CFG_STR("subject", "", CFGF_NONE),
	CFG_STR_LIST("spf", NULL, CFGF_NODEFAULT),
	CFG_STR("hours", "", CFGF_NONE),
	CFG_BOOL("print", cfg_true, CFGF_NONE),
	CFG_STR_LIST("mailbox", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("forward", NULL, CFGF_NODEFAULT),
	CFG_INT_CB("forward_as", 0, CFGF_NONE, parse_form),
	CFG_END()
};

static cfg_opt_t mailbox_opts[] = {
	CFG_STR_LIST("users", NULL, CFGF_NODEFAULT),
	CFG_BOOL("all", cfg_false, CFGF_NONE),
	CFG_STR_LIST("recipients", NULL, CFGF_NODEFAULT),
	CFG_INT("expire_days", 0, CFGF_NONE),
	CFG_INT_CB("form", 0, CFGF_NONE, parse_form),
	CFG_END()
};

static cfg_opt_t retry_opts[] = {
	CFG_INT_LIST_CB("quick", NULL, CFGF_NODEFAULT, parse_time),
	TIME("interval", 30 * MINUTE),
	TIME("longest", 0),
	TIME("give_up", 4 * DAY),
	TIME("paper", 10000),
	CFG_END()
};

/* What a station prints as it comes: by RFC 2533, with the words of RFC 2879 */
#define FEATURES \
	"(& (color=Binary) (image-file-structure=[TIFF-minimal,TIFF-limited]) (MRC-mode=0)" \
	" (image-coding=[MH,MR,MMR,JBIG]) (paper-size=[letter,A4,B4])" \
	" (| (& (dpi=200) (dpi-xyratio=[200/100,1]))" \
	" (& (dpi=204) (dpi-xyratio=[204/98,204/196,204/391]))) (ua-media=stationery))"

static cfg_opt_t confirm_opts[] = {
	CFG_BOOL("delivery", cfg_true, CFGF_NONE),
	CFG_BOOL("processing", cfg_true, CFGF_NONE),
	CFG_BOOL("answer", cfg_true, CFGF_NONE),
	CFG_BOOL("answer_failures", cfg_false, CFGF_NONE),
	CFG_STR("features", FEATURES, CFGF_NONE),
	CFG_INT_CB("print", PRINT_FAILURES, CFGF_NONE, parse_print),
	TIME("delayed", 4 * 60 * MINUTE),
	TIME("offer", 0),
	TIME("prefer", 30 * MINUTE),
	CFG_END()
};

static cfg_opt_t requests_opts[] = {
	CFG_STR_LIST("allow", "{status, journal, relay}", CFGF_NONE),
	CFG_STR("secret_file", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("users", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("signers", NULL, CFGF_NODEFAULT),
	CFG_INT("recipients", 50, CFGF_NONE),
	CFG_INT("pages", 100, CFGF_NONE),
	TIME("valid", DAY),
	TIME("answer", 60 * MINUTE),
	CFG_END()
};

static cfg_opt_t relay_list_opts[] = {
	CFG_STR_LIST("to", NULL, CFGF_NODEFAULT),
	CFG_END()
};

static cfg_opt_t limits_opts[] = {
	CFG_INT_CB("message", 100 * MIB, CFGF_NONE, parse_size),
	CFG_INT_CB("free_space", 50 * MIB, CFGF_NONE, parse_size),
	CFG_INT("sessions", 100, CFGF_NONE),
	CFG_INT("sessions_per_peer", 20, CFGF_NONE),
	CFG_INT("connections", 10, CFGF_NONE),
	CFG_INT("connections_per_host", 4, CFGF_NONE),
	CFG_INT("mails_per_connection", 100, CFGF_NONE),
	CFG_INT("mails_per_minute", 0, CFGF_NONE),
	CFG_INT("recipients", 100, CFGF_NONE),
	CFG_INT("history", 1000, CFGF_NONE),
	TIME("worker", 2 * MINUTE),
	TIME("parts", DAY),
	CFG_END()
};

static cfg_opt_t smtp_client_timeouts_opts[] = {
	TIME("connect", 2 * MINUTE),
	TIME("greeting", 5 * MINUTE),
	TIME("tls", 5 * MINUTE),
	TIME("hello", 5 * MINUTE),
	TIME("auth", 5 * MINUTE),
	TIME("mail", 5 * MINUTE),
	TIME("rcpt", 5 * MINUTE),
	TIME("data", 2 * MINUTE),
	TIME("block", 3 * MINUTE),
	TIME("dot", 10 * MINUTE),
	TIME("rset", 5 * MINUTE),
	TIME("quit", MINUTE),
	TIME("idle", 2000),
	CFG_END()
};

static cfg_opt_t smtp_server_timeouts_opts[] = {
	TIME("tls", MINUTE),
	TIME("auth", 2 * MINUTE),
	TIME("command", 5 * MINUTE),
	TIME("data", 5 * MINUTE),
	TIME("mail", 4 * 60 * MINUTE),
	TIME("inspection", 30000),
	TIME("spf", 20000),
	CFG_END()
};

static cfg_opt_t pop3_client_timeouts_opts[] = {
	TIME("connect", 2 * MINUTE),
	TIME("greeting", MINUTE),
	TIME("tls", MINUTE),
	TIME("login", MINUTE),
	TIME("command", MINUTE),
	TIME("block", MINUTE),
	TIME("quit", 5 * MINUTE),
	TIME("noop", 2 * MINUTE),
	CFG_END()
};

cfg_opt_t config_options[] = {
	CFG_STR("name", "ifax", CFGF_NONE),
	CFG_STR("host_name", NULL, CFGF_NODEFAULT),
	CFG_STR("address", NULL, CFGF_NODEFAULT),
	CFG_STR("operator", NULL, CFGF_NODEFAULT),
	CFG_BOOL("report_on_paper", cfg_false, CFGF_NONE),
	CFG_STR("spool", "/var/spool/ifax", CFGF_NONE),
	CFG_STR("control", "/run/ifax/control", CFGF_NONE),
	CFG_STR("control_group", "", CFGF_NONE),
	CFG_STR("user", "", CFGF_NONE),
	CFG_STR("name_servers", NULL, CFGF_NODEFAULT),
	CFG_STR("scanner", "scan0", CFGF_NONE),
	CFG_STR("printer", "print0", CFGF_NONE),
	CFG_BOOL("printing", cfg_true, CFGF_NONE),
	CFG_STR("paper", "auto", CFGF_NONE),
	CFG_STR("page_fit", "office", CFGF_NONE),
	CFG_BOOL("both_sides", cfg_false, CFGF_NONE),
	CFG_STR("coding", "mh", CFGF_NONE),
	CFG_STR("resolution", "204x196", CFGF_NONE),
	CFG_BOOL("convertible", cfg_false, CFGF_NONE),
	CFG_STR("number", "", CFGF_NONE),
	CFG_STR("subject", "Fax from {name}", CFGF_NONE),
	CFG_STR("text", "A fax of {document} from {name}.", CFGF_NONE),
	CFG_STR("header_line", "", CFGF_NONE),
	CFG_INT_CB("broadcast", BROADCAST_HIDDEN, CFGF_NONE, parse_broadcast),
	CFG_INT("mail_pages", 0, CFGF_NONE),
	CFG_INT_CB("mail_size", 0, CFGF_NONE, parse_size),
	CFG_INT_CB("mail_split", SPLIT_PAGES, CFGF_NONE, parse_split),
	CFG_STR("paper_worker", "ifax-paper", CFGF_NONE),
	CFG_STR("message_worker", "ifax-message", CFGF_NONE),
	CFG_STR("spf_worker", "ifax-spf", CFGF_NONE),
	CFG_STR_LIST("smtp_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("smtps_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("domains", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("recipients", NULL, CFGF_NODEFAULT),
	CFG_SEC("smtp_server", smtp_server_opts, CFGF_NONE),
	CFG_STR_LIST("pop3_listen", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("pop3s_listen", NULL, CFGF_NODEFAULT),
	CFG_SEC("pop3_server", pop3_server_opts, CFGF_NONE),
	CFG_SEC("rule", rule_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("mailbox", mailbox_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_STR("token_worker", "ifax-token", CFGF_NONE),
	CFG_SEC("oauth", oauth_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("route", route_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("pop3", pop3_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("retry", retry_opts, CFGF_NONE),
	CFG_SEC("confirm", confirm_opts, CFGF_NONE),
	CFG_SEC("requests", requests_opts, CFGF_NONE),
	CFG_SEC("relay_list", relay_list_opts, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("limits", limits_opts, CFGF_NONE),
	CFG_SEC("smtp_client_timeouts", smtp_client_timeouts_opts, CFGF_NONE),
	CFG_SEC("smtp_server_timeouts", smtp_server_timeouts_opts, CFGF_NONE),
	CFG_SEC("pop3_client_timeouts", pop3_client_timeouts_opts, CFGF_NONE),
	CFG_FUNC(END_OF_FILE, config_see_end),
	CFG_END()
};
