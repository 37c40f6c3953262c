// SPDX-License-Identifier: GPL-2.0
/*
 * readiness: whether this machine has what the configuration names
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/resolver.h"
#include "net/secret_file.h"
#include "net/users.h"
#include "readiness.h"

#define REASON_BYTES	600

/**
 * struct readiness - a check that is under way
 * @faults: so far
 */
struct readiness {
	void (*fault)(void *arg, const char *text);
	void *arg;
	unsigned int faults;
};

__attribute__((format(printf, 2, 3)))
static void tell(struct readiness *readiness, const char *format, ...)
{
	char text[1024];
	va_list values;

	va_start(values, format);
	vsnprintf(text, sizeof(text), format, values);
	va_end(values);
	readiness->fault(readiness->arg, text);
	readiness->faults++;
}

/* Programs */

static bool can_run(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* As posix_spawnp() looks for it */
static bool is_in_path(const char *program)
{
	const char *directories = getenv("PATH");
	bool found = false;
	char path[4096];

	if (!directories)
		directories = "/bin:/usr/bin";
	while (!found && *directories) {
		size_t len = strcspn(directories, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)len, directories, program);
		found = can_run(path);
		directories += len + (directories[len] == ':');
	}
	return found;
}

static void check_program(struct readiness *readiness, const char *option, const char *program)
{
	if (strchr(program, '/') ? !can_run(program) : !is_in_path(program))
		tell(readiness, "%s: there is no program %s%s", option, program,
		     strchr(program, '/') ? "" : " in PATH");
}

static void check_programs(struct readiness *readiness, const struct config *config)
{
	check_program(readiness, "paper_worker", config->paper_worker);
	check_program(readiness, "message_worker", config->message_worker);
	if (config->server.spf != SPF_OFF)
		check_program(readiness, "spf_worker", config->spf_worker);
	if (config->oauths)
		check_program(readiness, "token_worker", config->oauth[0].worker);
}

/* Names of the system */

static void check_names(struct readiness *readiness, const struct config *config)
{
	char reason[REASON_BYTES];

	if (*config->user && !getpwnam(config->user))
		tell(readiness, "user: there is no user %s", config->user);
	if (*config->control_group && !getgrnam(config->control_group))
		tell(readiness, "control_group: there is no group %s", config->control_group);
	if (config->name_servers && !resolver_check(config->name_servers, reason, sizeof(reason)))
		tell(readiness, "name_servers: %s", reason);
}

static void check_limits(struct readiness *readiness, const struct config *config)
{
	size_t wanted = config_files(config);
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_max < wanted)
		tell(readiness, "limits: so many sessions and connections can have %zu files open, "
		     "the system allows %zu (ulimit -Hn)", wanted, (size_t)limit.rlim_max);
}

/* Files */

static void check_secret(struct readiness *readiness, const char *option, const char *file)
{
	char secret[256], reason[REASON_BYTES];

	if (file && !secret_file_line(file, secret, sizeof(secret), reason, sizeof(reason)))
		tell(readiness, "%s: %s", option, reason);
	explicit_bzero(secret, sizeof(secret));
}

static void check_users(struct readiness *readiness, const char *option, const char *file)
{
	char reason[REASON_BYTES];

	if (file && !users_check_lines(file, reason, sizeof(reason)))
		tell(readiness, "%s: %s", option, reason);
}

static void check_pair(struct readiness *readiness, const char *option, const char *certificate,
		       const char *key)
{
	char reason[REASON_BYTES];

	if (!certificate)
		return;
	/* of the pair it is the key that is told first */
	if (access(certificate, R_OK))
		tell(readiness, "%s: %s: %s", option, certificate, strerror(errno));
	if ((!access(certificate, R_OK) || access(key, R_OK)) &&
	    !tls_check_pair(certificate, key, reason, sizeof(reason)))
		tell(readiness, "%s: %s", option, reason);
}

static void check_demand(struct readiness *readiness, const char *option,
			 const struct tls_demand *demand)
{
	check_pair(readiness, option, demand->certificate, demand->key);
	if (demand->authorities && access(demand->authorities, R_OK))
		tell(readiness, "%s: tls_authorities: %s cannot be read", option,
		     demand->authorities);
}

static void check_servers(struct readiness *readiness, const struct config *config)
{
	const struct config_pop3_server *pop3 = &config->pop3_server;
	const struct config_server *smtp = &config->server;

	check_pair(readiness, "smtp_server", smtp->certificate, smtp->key);
	check_users(readiness, "smtp_server", smtp->users);
	/* what it has not of its own was looked at already */
	if (pop3->certificate != smtp->certificate)
		check_pair(readiness, "pop3_server", pop3->certificate, pop3->key);
	if (pop3->users != smtp->users)
		check_users(readiness, "pop3_server", pop3->users);
}

static void check_mailboxes(struct readiness *readiness, const struct config *config)
{
	const char *file = config->pop3_server.users;
	char reason[REASON_BYTES];
	struct user user;

	/* of a file that cannot be read, that was told */
	if (!file || !users_check(file, reason, sizeof(reason)))
		return;
	for (size_t i = 0; i < config->mailboxes; i++) {
		const struct config_mailbox *mailbox = &config->mailbox[i];

		for (size_t j = 0; j < mailbox->users.items; j++)
			if (!users_find(file, mailbox->users.item[j], &user))
				tell(readiness, "mailbox \"%s\": %s has no user %s",
				     mailbox->title, file, mailbox->users.item[j]);
	}
	explicit_bzero(&user, sizeof(user));
}

/* A token is replaced as a whole: by a new file beside it. */
static void check_tokens(struct readiness *readiness, const struct config *config)
{
	char directory[4096];

	for (size_t i = 0; i < config->oauths; i++) {
		const char *file = config->oauth[i].token_file;

		snprintf(directory, sizeof(directory), "%.*s/", (int)(strrchr(file, '/') - file),
			 file);
		if (access(directory, W_OK | X_OK))
			tell(readiness, "oauth \"%s\": token_file: %s: %s",
			     config->oauth[i].title, directory, strerror(errno));
	}
}

static void check_clients(struct readiness *readiness, const struct config *config)
{
	char option[320];

	for (size_t i = 0; i < config->routes; i++) {
		snprintf(option, sizeof(option), "route \"%.255s\"", config->route[i].domain);
		check_demand(readiness, option, &config->route[i].tls);
		check_secret(readiness, option, config->route[i].secret_file);
	}
	for (size_t i = 0; i < config->accounts; i++) {
		snprintf(option, sizeof(option), "pop3 \"%.255s\"", config->account[i].title);
		check_demand(readiness, option, &config->account[i].tls);
		check_secret(readiness, option, config->account[i].secret_file);
	}
	for (size_t i = 0; i < config->oauths; i++) {
		snprintf(option, sizeof(option), "oauth \"%.255s\"", config->oauth[i].title);
		check_secret(readiness, option, config->oauth[i].client_secret_file);
	}
}

unsigned int readiness_check(const struct config *config,
			     void (*fault)(void *arg, const char *text), void *arg)
{
	struct readiness readiness = { .fault = fault, .arg = arg };

	check_names(&readiness, config);
	check_programs(&readiness, config);
	check_limits(&readiness, config);
	check_servers(&readiness, config);
	check_mailboxes(&readiness, config);
	check_clients(&readiness, config);
	check_tokens(&readiness, config);
	check_secret(&readiness, "requests", config->requests.secret_file);
	return readiness.faults;
}
