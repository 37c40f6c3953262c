// SPDX-License-Identifier: GPL-2.0
/*
 * show: answers of the daemon for people
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "show.h"

const char *show_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

long long show_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* Text of strangers must not move the cursor. */
static void put_clean(const char *text)
{
	for (; *text; text++)
		putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static const char *stamp(long long time_ms, char *text, size_t bytes)
{
	time_t time_s = time_ms / 1000;
	struct tm tm;
	size_t used;

	localtime_r(&time_s, &tm);
	used = strftime(text, bytes, "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text + used, bytes - used, ".%03lld", time_ms % 1000);
	return text;
}

static void put_size(const char *name, long long bytes)
{
	if (bytes)
		printf("%s%lld bytes", name, bytes);
}

static void put_pages(const json_t *job, char *text, size_t bytes)
{
	long long pages = show_number(job, "pages");

	if (!pages)
		snprintf(text, bytes, "-");
	else if (json_object_get(job, "pages_printed"))
		snprintf(text, bytes, "%lld/%lld", show_number(job, "pages_printed"), pages);
	else
		snprintf(text, bytes, "%lld", pages);
}

void show_jobs(const json_t *jobs)
{
	size_t count = json_array_size(jobs);
	char time_text[32], pages[24];

	if (!count) {
		puts("no jobs");
		return;
	}
	printf("%6s  %-8s  %-11s  %7s  %-23s  %s\n", "JOB", "WAY", "STATE", "PAGES", "SINCE",
	       "REASON");
	/* the oldest first: the newest stands where one looks */
	while (count--) {
		const json_t *job = json_array_get(jobs, count);

		put_pages(job, pages, sizeof(pages));
		printf("%6lld  %-8s  %-11s  %7s  %-23s  ", show_number(job, "id"),
		       show_text(job, "direction"), show_text(job, "state"), pages,
		       stamp(show_number(job, "changed_ms"), time_text, sizeof(time_text)));
		put_clean(show_text(job, "reason"));
		putchar('\n');
	}
}

static void put_member(const json_t *job, const char *label, const char *name)
{
	if (!*show_text(job, name))
		return;
	printf("  %-12s", label);
	put_clean(show_text(job, name));
	putchar('\n');
}

static void show_recipients(const json_t *job)
{
	const json_t *recipient;
	char text[32];
	size_t i;

	json_array_foreach(json_object_get(job, "recipients"), i, recipient) {
		printf("  to          ");
		put_clean(show_text(recipient, "address"));
		printf(": %s", show_text(recipient, "state"));
		if (*show_text(recipient, "reply")) {
			printf(" (");
			put_clean(show_text(recipient, "reply"));
			putchar(')');
		}
		if (show_number(recipient, "next_try_ms"))
			printf(", next try %s",
			       stamp(show_number(recipient, "next_try_ms"), text, sizeof(text)));
		putchar('\n');
		put_member(recipient, "", "note");
	}
}

static void show_pages(const json_t *job)
{
	const json_t *page;
	size_t i;

	json_array_foreach(json_object_get(job, "page_list"), i, page) {
		printf("  page %-7lld%lld lines, %lld bytes, %lld ms\n",
		       show_number(page, "number"), show_number(page, "lines"),
		       show_number(page, "bytes"), show_number(page, "ms"));
	}
}

static void show_stages(const json_t *job)
{
	const json_t *stages = json_object_get(job, "stages");
	const json_t *stage;
	char text[32];
	size_t i;

	json_array_foreach(stages, i, stage) {
		const json_t *next = json_array_get(stages, i + 1);

		printf("  %s  %-11s", stamp(show_number(stage, "time_ms"), text, sizeof(text)),
		       show_text(stage, "state"));
		if (next)
			printf(" %8lld ms",
			       show_number(next, "time_ms") - show_number(stage, "time_ms"));
		if (*show_text(stage, "reason")) {
			printf("  ");
			put_clean(show_text(stage, "reason"));
		}
		putchar('\n');
	}
}

void show_job(const json_t *job)
{
	char pages[24];

	put_pages(job, pages, sizeof(pages));
	printf("job %lld, %s: %s\n", show_number(job, "id"), show_text(job, "direction"),
	       show_text(job, "state"));
	put_member(job, "reason", "reason");
	put_member(job, "from", "from");
	put_member(job, "subject", "subject");
	put_member(job, "kind", "kind");
	put_member(job, "brought by", "source");
	put_member(job, "scanned as", "coding");
	printf("  pages       %s", pages);
	put_size(", ", show_number(job, "page_bytes"));
	put_size(", as mail ", show_number(job, "message_bytes"));
	putchar('\n');
	show_recipients(job);
	show_pages(job);
	show_stages(job);
}

void show_status(const json_t *status)
{
	const json_t *account, *count;
	const char *state;
	char text[32];
	size_t i;

	printf("station %s <%s>\n", show_text(status, "name"), show_text(status, "address"));
	printf("  running since %s\n",
	       stamp(show_number(status, "started_ms"), text, sizeof(text)));
	printf("  spool %s, %lld MiB free\n", show_text(status, "spool"),
	       show_number(status, "free_bytes") >> 20);
	printf("  scanner %s, printer %s%s\n", show_text(status, "scanner"),
	       show_text(status, "printer"),
	       json_is_false(json_object_get(status, "printing")) ? " (switched off)" : "");
	printf("  %lld sessions in, %lld connections out\n", show_number(status, "sessions"),
	       show_number(status, "connections"));
	json_array_foreach(json_object_get(status, "accounts"), i, account) {
		printf("  account %s, %s: ", show_text(account, "account"),
		       stamp(show_number(account, "time_ms"), text, sizeof(text)));
		put_clean(show_text(account, "result"));
		puts(json_is_true(json_object_get(account, "visiting")) ? " (visiting now)" : "");
	}
	json_object_foreach((json_t *)json_object_get(status, "jobs"), state, count)
		printf("  jobs %s: %lld\n", state, json_integer_value(count));
}

void show_book(const json_t *book)
{
	char time[40];
	json_t *peer;
	size_t i;

	json_array_foreach((json_t *)book, i, peer) {
		put_clean(show_text(peer, "address"));
		printf("  %s%s%s%s%s  %s  %s\n", show_text(peer, "codings"),
		       *show_text(peer, "dpi") ? "," : "", show_text(peer, "dpi"),
		       *show_text(peer, "sizes") ? "," : "", show_text(peer, "sizes"),
		       show_text(peer, "source"),
		       stamp(show_number(peer, "time_ms"), time, sizeof(time)));
	}
}

/* What becomes of a mail in a maildrop */
static void show_fate(const json_t *mail)
{
	const char *state = show_text(mail, "state");

	if (!strcmp(state, "new"))
		printf("will be fetched");
	else
		printf("%s", state);
	if (show_number(mail, "job"))
		printf(" as job %lld", show_number(mail, "job"));
	if (*show_text(mail, "job_state"))
		printf(", %s", show_text(mail, "job_state"));
	if (*show_text(mail, "reason")) {
		printf(": ");
		put_clean(show_text(mail, "reason"));
	}
	if (json_is_true(json_object_get(mail, "deleted_next")))
		printf("; the next visit deletes it there");
	putchar('\n');
}

static void show_mail(const json_t *mail)
{
	char date[32] = "-";

	if (show_number(mail, "date_ms"))
		stamp(show_number(mail, "date_ms"), date, sizeof(date));
	printf("%8lld  %11lld  %-19.19s  ", show_number(mail, "number"),
	       show_number(mail, "bytes"), date);
	put_clean(show_text(mail, "from"));
	putchar('\n');
	put_member(mail, "subject", "subject");
	put_member(mail, "unique-id", "unique_id");
	printf("  %-12s", "");
	show_fate(mail);
}

void show_listing(const json_t *listing)
{
	const json_t *mails = json_object_get(listing, "mails"), *mail, *count;
	long long messages = show_number(listing, "messages");
	const char *state;
	size_t i;

	printf("%s: %lld %s, %lld bytes\n", show_text(listing, "account"), messages,
	       messages == 1 ? "mail" : "mails", show_number(listing, "bytes"));
	json_object_foreach((json_t *)json_object_get(listing, "counts"), state, count)
		if (json_integer_value(count))
			printf("  %s: %lld\n", state, json_integer_value(count));
	if (show_number(listing, "looked_at") < messages)
		printf("  a visit looks at the first %lld only\n",
		       show_number(listing, "looked_at"));
	if (json_array_size(mails))
		printf("%8s  %11s  %-19s  %s\n", "NUMBER", "BYTES", "DATE", "FROM");
	json_array_foreach(mails, i, mail)
		show_mail(mail);
}
