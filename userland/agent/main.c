// SPDX-License-Identifier: GPL-2.0
/*
 * ifaxd: the daemon of a fax station
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "net/oauth.h"
#include "net/resolver.h"
#include "net/secret_file.h"
#include "net/users.h"
#include "readiness.h"
#include "receive/arrivals.h"
#include "receive/pdf_forms.h"
#include "send/link.h"
#include "send/relay.h"
#include "station.h"
#include "store/commits.h"
#include "store/lost.h"

#define DEFAULT_CONFIG	"/etc/ifax/ifaxd.conf"

enum exit_code { EXIT_GOOD, EXIT_FAILED, EXIT_USAGE };

static const char usage[] =
	"usage: ifaxd [-c FILE] [-f] [-t]\n"
	"       ifaxd --secret NAME\n"
	"       ifaxd [-c FILE] --authorise NAME\n"
	"\n"
	"The daemon of a fax station: takes faxes as mail (SMTP, POP3) and prints them,\n"
	"scans documents and sends them as mail. The command ifax(1) talks to it.\n"
	"\n"
	"  -c, --config FILE   configuration (default: " DEFAULT_CONFIG ")\n"
	"  -f, --foreground    stay in the foreground, log to standard error\n"
	"  -t, --test          check the configuration, and what it names, and exit\n"
	"  -s, --secret NAME   read a secret from standard input and print NAME's line for\n"
	"                      the file of smtp_server { users }\n"
	"  -a, --authorise NAME  let the provider oauth \"NAME\" be told that this station may use\n"
	"                      an account: prints where to go, and waits (ifax authorise)\n"
	"  -h, --help          this text\n"
	"\n"
	"Exit codes: 0 ended in order, 1 could not start (the log says why), or -t: the\n"
	"machine lacks what the configuration names,\n"
	"2 wrong usage or configuration.\n";

struct options {
	const char *config;
	bool foreground;
	bool test;
	const char *authorise;
};

static bool parse_options(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "authorise", required_argument, NULL, 'a' },
		{ "secret", required_argument, NULL, 's' },
		{ "test", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	*options = (struct options){ .config = DEFAULT_CONFIG };
	while ((c = getopt_long(argc, argv, "a:c:fs:th", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 't':
			options->test = true;
			break;
		case 'a':
			options->authorise = optarg;
			break;
		case 's':
			exit(users_print_line(optarg) ? EXIT_GOOD : EXIT_FAILED);
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_GOOD);
		default:
			return false;
		}
	}
	return optind == argc;
}

/* Going to the background: the parent ends when the station stands, with its exit code. */

static int go_background(void)
{
	int ready[2];
	char code;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		close(ready[0]);
		setsid();
		return ready[1];
	}
	close(ready[1]);
	_exit(read(ready[0], &code, 1) == 1 ? code : EXIT_FAILED);
}

static void tell_ready(int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const char code = EXIT_GOOD;

	for (int fd = 0; null >= 0 && fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
	if (write(ready, &code, 1) != 1)
		log_event(LOG_WARNING, "station.parent error=%s", strerror(errno));
	close(ready);
}

/* Privileges */

static bool make_directory(const char *path, mode_t mode, const struct passwd *owner)
{
	if (mkdir(path, mode))
		return errno == EEXIST;
	if (chmod(path, mode))
		return false;
	return !owner || !chown(path, owner->pw_uid, owner->pw_gid);
}

static bool make_control_directory(const char *control, const struct passwd *owner)
{
	char *copy = strdup(control);
	bool good = copy && make_directory(dirname(copy), 0755, owner);

	free(copy);
	return good;
}

/* No way back. NULL: as we are */
static bool become(const struct passwd *owner)
{
	return !owner || geteuid() == owner->pw_uid ||
	       (!initgroups(owner->pw_name, owner->pw_gid) && !setgid(owner->pw_gid) &&
		!setuid(owner->pw_uid) && setuid(0));
}

/* What only root can do is done; from here on there is nothing left that needs it. */
static bool drop_privileges(const struct config *config)
{
	struct passwd *owner = NULL;

	if (*config->user) {
		owner = getpwnam(config->user);
		if (!owner) {
			log_event(LOG_ERR, "station.user user=%s error=%s", config->user,
				  "no such user");
			return false;
		}
	}
	if (!make_directory(config->spool, 0700, owner) ||
	    !make_control_directory(config->control, owner)) {
		log_event(LOG_ERR, "station.directory spool=%s control=%s error=%s", config->spool,
			  config->control, strerror(errno));
		return false;
	}
	if (become(owner))
		return true;
	log_event(LOG_ERR, "station.user user=%s error=%s", config->user, strerror(errno));
	return false;
}

/* The station */

static bool open_spool(struct station *station)
{
	const char *path = station->config.spool;
	int err = spool_open(&station->spool, path);

	if (err) {
		log_event(LOG_ERR, "station.spool path=%s error=%s", path, err == -EBUSY ?
			  "another ifaxd has it: a spool belongs to one daemon" : strerror(-err));
		return false;
	}
	station->jobs = jobs_open(path);
	/* the names of its files: SQLite syncs them only where it makes them and syncs, too */
	if (!station->jobs || !fsync(station->spool.fd))
		return station->jobs;
	log_event(LOG_ERR, "station.spool path=%s error=%s", path, strerror(errno));
	return false;
}

/* After a crash: no connection is open, and what is in no job is in nobody's way. */
static bool recover(struct station *station)
{
	if (!jobs_requeue(station->jobs) || !lost_forget(station->jobs, &station->spool))
		return false;
	for (int place = SPOOL_MESSAGE; place < SPOOL_PLACES; place++)
		if (!jobs_sweep(station->jobs, &station->spool, place))
			return false;
	return true;
}

static bool check_secret(const char *title, const char *file)
{
	char secret[256], reason[512];
	bool good = secret_file_line(file, secret, sizeof(secret), reason, sizeof(reason));

	if (!good)
		log_event(LOG_ERR, "station.secret account=%s error=%s", title, reason);
	explicit_bzero(secret, sizeof(secret));
	return good;
}

static bool check_secrets(const struct config *config)
{
	for (size_t i = 0; i < config->accounts; i++)
		if (config->account[i].secret_file &&
		    !check_secret(config->account[i].title, config->account[i].secret_file))
			return false;
	return true;
}

/* What is missing may come while the station runs: it is told, and that is all. */
static void log_fault(void *arg, const char *text)
{
	log_event(LOG_WARNING, "station.fault text=%s", text);
}

/* Who starts us may have set a limit for people. */
static void raise_limit(const struct config *config)
{
	size_t wanted = config_files(config);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		log_event(LOG_WARNING, "station.files wanted=%zu error=%s", wanted,
			  strerror(errno));
}

static void on_stop(evutil_socket_t signal, short what, void *arg)
{
	event_base_loopbreak(arg);
}

static void run(struct station *station)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	const size_t count = sizeof(signals) / sizeof(*signals);
	struct event *ends[sizeof(signals) / sizeof(*signals)];
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		ends[i] = evsignal_new(station->base, signals[i], on_stop, station->base);
		good = good && ends[i] && !event_add(ends[i], NULL);
	}
	if (good) {
		log_event(LOG_NOTICE, "station.ready name=%s address=%s spool=%s",
			  station->config.name, station->config.address, station->config.spool);
		listener_start(station->listener);
		pop3_listener_start(station->pop3_listener);
		fetcher_run(station->fetcher, NULL);
		incoming_run(station->incoming);
		outgoing_run(station->outgoing);
		reporter_run(station->reporter);
		joiner_run(station->joiner);
		forwarder_run(station->forwarder);
		pdf_forms_run(station->pdf_forms);
		relay_run(station->relay);
		event_base_dispatch(station->base);
		log_event(LOG_NOTICE, "station.stop name=%s", station->config.name);
	}
	for (size_t i = 0; i < count; i++)
		if (ends[i])
			event_free(ends[i]);
}

static bool open_parts(struct station *station)
{
	station->listener = listener_bind(station);
	station->pop3_listener = station->listener ? pop3_listener_bind(station) : NULL;
	if (!station->pop3_listener || !drop_privileges(&station->config) ||
	    !listener_load(station->listener) || !pop3_listener_load(station->pop3_listener) ||
	    !check_secrets(&station->config) || !open_spool(station) || !recover(station))
		return false;
	readiness_check(&station->config, log_fault, NULL);
	station->resolver = resolver_create(station->base, station->config.name_servers);
	if (!station->resolver)
		return false;
	station->commits = commits_create(station);
	station->arrivals = station->commits ? arrivals_create(station) : NULL;
	if (station->config.operator || station->config.report_on_paper)
		jobs_tell_operator(station->jobs);
	station->links = links_create();
	station->sender = sender_create(station);
	station->incoming = incoming_create(station);
	station->outgoing = outgoing_create(station);
	station->reporter = reporter_create(station);
	station->joiner = joiner_create(station);
	station->forwarder = forwarder_create(station);
	station->relay = relay_create(station);
	station->pdf_forms = pdf_forms_create(station);
	station->fetcher = fetcher_create(station);
	if (!station->arrivals || !station->links || !station->sender || !station->incoming ||
	    !station->outgoing || !station->fetcher || !station->reporter || !station->joiner ||
	    !station->forwarder || !station->relay || !station->pdf_forms)
		return false;
	station->control = control_open(station);
	return station->control;
}

static void close_parts(struct station *station)
{
	control_free(station->control);
	/* who waits for a mail to be durable hears of it, before the sessions end */
	commits_drain(station->commits);
	fetcher_free(station->fetcher);
	pop3_listener_free(station->pop3_listener);
	station->pop3_listener = NULL;
	pdf_forms_free(station->pdf_forms);
	listener_free(station->listener);
	/* it tells the reporter and the relay what became of its mails */
	sender_free(station->sender);
	links_free(station->links);
	outgoing_free(station->outgoing);
	relay_free(station->relay);
	forwarder_free(station->forwarder);
	joiner_free(station->joiner);
	reporter_free(station->reporter);
	incoming_free(station->incoming);
	resolver_free(station->resolver);
	arrivals_free(station->arrivals);
	commits_drain(station->commits);
	commits_free(station->commits);
	jobs_close(station->jobs);
	if (station->spool.path)
		spool_close(&station->spool);
}

static int authorise(const struct config *config, const char *name)
{
	const struct config_oauth *oauth = config_oauth(config, name);

	if (!oauth) {
		fprintf(stderr, "ifaxd: there is no oauth \"%s\" in the configuration\n", name);
		return EXIT_USAGE;
	}
	umask(077);
	/* the token is to be the daemon's */
	if (drop_privileges(config))
		oauth_authorise(oauth);
	return EXIT_FAILED;
}

static void print_fault(void *arg, const char *text)
{
	fprintf(stderr, "%s: %s\n", (const char *)arg, text);
}

/* The file is good; is the machine? As the user that the daemon will be. */
static int test(const struct config *config, const char *path)
{
	if (geteuid() == 0 && *config->user && !become(getpwnam(config->user))) {
		fprintf(stderr, "%s: user: %s: %s\n", path, config->user, strerror(errno));
		return EXIT_FAILED;
	}
	return readiness_check(config, print_fault, (void *)path) ? EXIT_FAILED : EXIT_GOOD;
}

int main(int argc, char **argv)
{
	struct station station = { .started_ms = now_ms() };
	struct options options;
	int code = EXIT_FAILED;
	int ready = -1;

	/* what we were started with is no business of the workers */
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	if (!parse_options(argc, argv, &options)) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	if (!config_load(&station.config, options.config)) {
		config_free(&station.config);
		return EXIT_USAGE;
	}
	if (options.test) {
		code = test(&station.config, options.config);
		config_free(&station.config);
		return code;
	}
	if (options.authorise)
		return authorise(&station.config, options.authorise);
	if (!options.foreground) {
		ready = go_background();
		if (ready < 0) {
			perror("ifaxd");
			return EXIT_FAILED;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	/* until the station stands, errors are for who starts it */
	log_open(true);
	raise_limit(&station.config);
	station.base = event_base_new();
	if (station.base && open_parts(&station)) {
		if (!options.foreground) {
			log_open(false);
			tell_ready(ready);
		}
		run(&station);
		code = EXIT_GOOD;
	}
	close_parts(&station);
	if (station.base)
		event_base_free(station.base);
	config_free(&station.config);
	return code;
}
