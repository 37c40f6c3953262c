/* SPDX-License-Identifier: GPL-2.0 */
/*
 * config: the configuration file of a station
 *
 * ifaxd.conf.example explains every option. Times are kept in milliseconds,
 * sizes in bytes.
 */
#ifndef IFAX_CONFIG_H
#define IFAX_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "engine/pop3_client.h"
#include "engine/smtp_client.h"
#include "net/tls.h"

struct cfg_t;

/**
 * struct config_address - where to listen
 * @tls: TLS comes first there
 */
struct config_address {
	struct sockaddr_storage address;
	socklen_t bytes;
	bool tls;
};

struct config_list {
	const char **item;
	size_t items;
};

/**
 * struct config_oauth - a provider that gives tokens (OAuth 2.0)
 * @title: its name
 * @token_url: where tokens are got
 * @device_url: where a device asks for consent (RFC 8628)
 * @client_id: who we are there
 * @client_secret_file: its first line is our secret there; NULL: none
 * @scope: what is asked for
 * @token_file: where the token is kept
 * @worker: ifax-token
 */
struct config_oauth {
	const char *title;
	const char *token_url;
	const char *device_url;
	const char *client_id;
	const char *client_secret_file;
	const char *scope;
	const char *token_file;
	const char *worker;
};

/**
 * struct config_route - where mail for a domain goes
 * @domain: the domain, "*" for all others (smart host)
 * @hosts: names or addresses, tried in this order; none: the mail exchangers of the domain
 * @port: TCP port
 * @tls: what is demanded of the server
 * @tls_pins: memory of @tls
 * @user: to log in as, NULL: without a login
 * @secret_file: its first line is the password
 * @oauth: where its token comes from, instead of a password; NULL: a password
 * @auth: mechanisms that may be used, none: all that fit
 * @auth_without_tls: the password may be said in the clear
 * @pop3_first: the server wants a login there by POP3 before; NULL: it does not
 * @pop3_first_valid_ms: for how long that is good
 */
struct config_route {
	const char *domain;
	struct config_list hosts;
	unsigned int port;
	struct tls_demand tls;
	struct config_list tls_pins;
	const char *user;
	const char *secret_file;
	const struct config_oauth *oauth;
	struct config_list auth;
	bool auth_without_tls;
	const struct config_account *pop3_first;
	long pop3_first_valid_ms;
};

/**
 * struct config_account - a maildrop that is polled
 * @title: its name in logs, in the control socket and in the database
 * @host: name or address
 * @port: TCP port
 * @user: name of the maildrop
 * @secret_file: file whose first line is the password or APOP secret; NULL with @oauth
 * @oauth: where its token comes from, instead of a password; NULL: a password
 * @login: how to log in
 * @auth: mechanisms that may be used with POP3_LOGIN_SASL, none: all that fit
 * @auth_without_tls: with POP3_LOGIN_SASL: the password may be said in the clear
 * @poll_ms: time between two visits
 * @keep: leave fetched messages on the server
 * @keep_days: with @keep: for so many days; 0: for ever
 * @capa: ask what the server can do
 * @tls: what is demanded of the server
 * @tls_pins: memory of @tls
 */
struct config_account {
	const char *title;
	const char *host;
	unsigned int port;
	const char *user;
	const char *secret_file;
	const struct config_oauth *oauth;
	enum pop3_login login;
	struct config_list auth;
	bool auth_without_tls;
	long poll_ms;
	bool keep;
	long keep_days;
	bool capa;
	struct tls_demand tls;
	struct config_list tls_pins;
};

/** enum config_spf - which senders are refused, by SPF; SPF_NOTED: none, SPF_OFF: it is not asked */
enum config_spf { SPF_OFF, SPF_NOTED, SPF_FAIL_REFUSED, SPF_SOFTFAIL_REFUSED };

/**
 * struct config_server - the SMTP server
 * @certificate: PEM file, NULL: no TLS
 * @key: of @certificate
 * @tls_required: mail is taken over TLS only
 * @users: file of those who may log in (users.h), NULL: nobody
 * @auth_without_tls: passwords are taken in the clear, too
 * @relay_users: who logged in may send mail to anybody
 * @relay_networks: and so may these
 * @allow: the only senders (addresses, domains) and networks that may send, none: all
 * @deny: senders and networks that may not
 * @offramp: host of a gateway to the telephone network, NULL: none
 * @repeats_ms: a mail that comes again within this time, because the reply was lost, is known
 *	again; 0: none is
 * @refuse_unprintable: a mail without a page that can be printed is refused, not kept
 * @verify: VRFY tells what there is
 * @spf: what SPF is asked for
 * @relay_after_pop3_ms: from where a user logged in by POP3 mail may be sent to anybody for so
 *	long; 0: it may not
 * @spf_errors_refused: no answer of a name server to SPF: the sender is to try later
 */
struct config_server {
	const char *certificate;
	const char *key;
	bool tls_required;
	const char *users;
	bool auth_without_tls;
	bool relay_users;
	struct config_list relay_networks;
	struct config_list allow;
	struct config_list deny;
	const char *offramp;
	long repeats_ms;
	bool refuse_unprintable;
	bool verify;
	enum config_spf spf;
	bool spf_errors_refused;
	long relay_after_pop3_ms;
};

/**
 * struct config_pop3_server - the POP3 server
 * @certificate: PEM file, NULL: no TLS
 * @key: of @certificate
 * @users: file of those who may log in (users.h)
 * @auth_without_tls: passwords are taken in the clear, too
 * @pdf_wait_ms: most that a login waits for mail to get the form with PDFs
 */
struct config_pop3_server {
	const char *certificate;
	const char *key;
	const char *users;
	bool auth_without_tls;
	long pdf_wait_ms;
};

/**
 * struct config_rule - what else becomes of mail
 * @from: pattern that its sender fits; "" here and below: any
 * @to: pattern that a recipient fits
 * @subaddress: T33S of a recipient
 * @subject: pattern that its subject fits
 * @spf: results of SPF of its sender, none: any, also that it was not asked for
 * @begin_min: minutes since midnight, from when on
 * @end_min: until then; the same: all day
 * @print: it is printed, too
 * @mailboxes: it waits in these
 * @forward: it goes on to these addresses
 * @as_pdf: as a PDF, not a TIFF
 */
struct config_rule {
	const char *from;
	const char *to;
	const char *subaddress;
	const char *subject;
	struct config_list spf;
	int begin_min;
	int end_min;
	bool print;
	struct config_list mailboxes;
	struct config_list forward;
	bool as_pdf;
};

/**
 * struct config_mailbox - mail that waits on the station to be fetched by POP3
 * @title: its name
 * @users: who may open it
 * @all: it gets all that arrives
 * @recipients: local parts and addresses of which it gets the mail
 * @expire_days: mail is deleted after so many days; 0: never
 * @as_pdf: who does not say otherwise at login gets PDFs instead of TIFFs
 */
struct config_mailbox {
	const char *title;
	struct config_list users;
	bool all;
	struct config_list recipients;
	long expire_days;
	bool as_pdf;
};

/**
 * struct config_retry - when what failed is tried again
 * @quick_ms: after these first
 * @quick_items: of @quick_ms
 * @interval_ms: then after this, and each time after twice as long
 * @longest_ms: but no longer than this
 * @give_up_ms: when all waits together are as long as this
 * @paper_ms: to print
 */
struct config_retry {
	long *quick_ms;
	size_t quick_items;
	long interval_ms;
	long longest_ms;
	long give_up_ms;
	long paper_ms;
};

/** enum config_broadcast - what recipients of one document see of each other */
enum config_broadcast { BROADCAST_HIDDEN, BROADCAST_EACH, BROADCAST_OPEN };

/** enum config_split - what a mail that is longer than mail_size goes as */
enum config_split { SPLIT_PAGES, SPLIT_PARTIAL };

/** enum config_print - which reports about what we sent are printed */
enum config_print { PRINT_FAILURES, PRINT_ALL, PRINT_NONE };

/**
 * struct config_confirm - what is asked of others, and what others are told
 * @delivery: ask for delivery status notifications (DSN, RFC 3461)
 * @processing: ask for disposition notifications (MDN, RFC 8098)
 * @mdn: answer those who ask for disposition notifications
 * @mdn_failures: tell failures also to those who did not ask, where no DSN does it
 * @features: what we can print (RFC 2533), told in reports; "": not told
 * @print: which reports are printed
 * @offer_ms: a better form of what was sent can be asked for so long; 0: it cannot
 * @prefer_ms: so long a better form is waited for that was asked for; 0: it is not
 * @delay_ms: a mail that was not opened for so long is reported as delayed; 0: never
 */
struct config_confirm {
	bool delivery;
	bool processing;
	bool mdn;
	bool mdn_failures;
	const char *features;
	enum config_print print;
	long delay_ms;
	long offer_ms;
	long prefer_ms;
};

/**
 * struct config_requests - what is asked of the station by mail, and by whom
 * @allow: words that may be asked
 * @secret_file: its first line is what who asks must say; NULL: nobody may by that
 * @users: who may ask, logged in by SMTP
 * @signers: patterns of addresses of who may ask, if the mail is signed by their domain (DKIM)
 * @recipients: most recipients of a document that is sent on
 * @pages: most pages of it
 * @valid_ms: how old a request may be
 * @answer_ms: how long confirmations of recipients are waited for before the answer
 */
struct config_requests {
	struct config_list allow;
	const char *secret_file;
	struct config_list users;
	struct config_list signers;
	unsigned int recipients;
	unsigned int pages;
	long valid_ms;
	long answer_ms;
};

/** struct config_relay_list - recipients that requests name as one */
struct config_relay_list {
	const char *title;
	struct config_list to;
};

struct config_limits {
	uint64_t message_bytes;
	uint64_t free_bytes;
	unsigned int sessions;
	unsigned int sessions_per_peer;
	unsigned int connections;
	unsigned int connections_per_host;
	unsigned int mails_per_connection;
	unsigned int mails_per_minute;
	unsigned int recipients;
	unsigned int history_jobs;
	long worker_ms;
	long parts_ms;
};

struct config {
	struct cfg_t *file;
	const char *name;
	const char *host_name;
	const char *address;
	const char *operator;
	bool report_on_paper;
	const char *spool;
	const char *control;
	const char *control_group;
	const char *user;
	const char *name_servers;
	const char *scanner;
	const char *printer;
	const char *paper;
	const char *page_fit;
	bool both_sides;
	bool printing;
	const char *coding;
	const char *resolution;
	bool convertible;
	const char *number;
	const char *subject;
	const char *text;
	const char *header_line;
	enum config_broadcast broadcast;
	long mail_pages;
	long mail_bytes;
	enum config_split split;
	const char *paper_worker;
	const char *message_worker;
	const char *spf_worker;
	struct config_address *listen;
	size_t listens;
	struct config_server server;
	struct config_address *pop3_listen;
	size_t pop3_listens;
	struct config_pop3_server pop3_server;
	struct config_rule *rule;
	size_t rules;
	struct config_mailbox *mailbox;
	size_t mailboxes;
	struct config_list domains;
	struct config_list recipients;
	struct config_oauth *oauth;
	size_t oauths;
	struct config_route *route;
	size_t routes;
	struct config_account *account;
	size_t accounts;
	struct config_retry retry;
	struct config_confirm confirm;
	struct config_requests requests;
	struct config_relay_list *relay_list;
	size_t relay_lists;
	struct config_limits limits;
	long smtp_connect_ms;
	struct smtp_client_timeouts smtp_client;
	unsigned int smtp_tls_ms;
	unsigned int smtp_auth_ms;
	unsigned int smtp_command_ms;
	unsigned int smtp_data_ms;
	long smtp_mail_ms;
	long smtp_inspection_ms;
	long smtp_spf_ms;
	unsigned int pop3_autologout_ms;
	long pop3_connect_ms;
	struct pop3_client_timeouts pop3_client;
};

/**
 * config_load - read and check a configuration file
 *
 * What is wrong is told on stderr as "file:line: what is wrong, what is allowed".
 *
 * Return: true if all is well.
 */
bool config_load(struct config *config, const char *path);
void config_free(struct config *config);

/** config_can_receive - whether an answer to what is sent can reach this station */
bool config_can_receive(const struct config *config);

/** config_files - how many files, sockets and pipes the daemon may have open at a time */
size_t config_files(const struct config *config);

/** config_oauth - a provider by its name; NULL: there is none */
const struct config_oauth *config_oauth(const struct config *config, const char *title);

/** config_route - the route for a domain: its own, else the one for "*"; NULL: none */
const struct config_route *config_route(const struct config *config, const char *domain);

#endif /* IFAX_CONFIG_H */
