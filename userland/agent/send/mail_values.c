// SPDX-License-Identifier: GPL-2.0
/*
 * mail_values: what the worker that writes a mail is told about it
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../message/page_form.h"
#include "alternative.h"
#include "mail_values.h"
#include "station.h"
#include "template.h"
#include "words.h"

/* What was asked for this document, or else for all. */
enum config_broadcast mail_broadcast(const struct config *config, const struct job *job)
{
	static const char * const words[] = {
		[BROADCAST_HIDDEN] = "hidden", [BROADCAST_EACH] = "each",
		[BROADCAST_OPEN] = "open",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(job->broadcast, words[i]))
			return i;
	return config->broadcast;
}

const char *mail_text(const struct config *config, const struct job *job)
{
	return job->text ? job->text : config->text;
}

static void write_to(int fd, enum config_broadcast broadcast, const struct recipients *recipients,
		     const struct mail *mail)
{
	size_t count = 0;

	for (size_t i = 0; i < recipients->items; i++) {
		if (broadcast != BROADCAST_OPEN &&
		    mail->position != recipients->item[i].mail)
			continue;
		dprintf(fd, "to=%s\n", recipients->item[i].address);
		count++;
	}
	if (count > 1 && broadcast == BROADCAST_HIDDEN)
		dprintf(fd, "hide-recipients=yes\n");
}

static void write_subject(int fd, const struct job *job, const struct mail *mail)
{
	dprintf(fd, "subject=%s", job->subject);
	if (mail->parts > 1)
		dprintf(fd, " (part %lld of %lld)", (long long)mail->part, (long long)mail->parts);
	dprintf(fd, "\n");
}

/* A mail that names its recipient has one only. */
static const char *only_recipient(const struct recipients *recipients, const struct mail *mail)
{
	for (size_t i = 0; mail->position >= 0 && i < recipients->items; i++)
		if (recipients->item[i].mail == mail->position)
			return recipients->item[i].address;
	return "";
}

/*
 * A form that is less than the document, of one mail: whoever takes more may ask for it
 * (RFC 3297), if such a request can come here.
 */
static bool is_offered(const struct config *config, const struct job *job, const struct mail *mail)
{
	struct page_form document, form;

	return config->confirm.offer_ms && config_can_receive(config) &&
	       config->confirm.processing && mail->parts == 1 && !job->part_bytes &&
	       page_form_from_text(&document, job->document) &&
	       page_form_from_text(&form, mail->form) &&
	       (form.coding < document.coding || form.x_dpi < document.x_dpi ||
		form.y_dpi < document.y_dpi || form.size < document.size);
}

/* Values on lines of their own: none of them can hold a line end, see command.c. */
static void write_values(int fd, const struct config *config, const struct job *job,
			 const struct recipients *recipients, const struct mail *mail)
{
	char id[MAIL_ID_BYTES], text[8192];
	struct words words;

	words_fill(&words, config, job, only_recipient(recipients, mail));
	mail_id(job->message_id, mail, id);
	dprintf(fd, "from=%s\n", job->sender);
	write_to(fd, mail_broadcast(config, job), recipients, mail);
	if (*job->importance)
		dprintf(fd, "importance=%s\n", job->importance);
	write_subject(fd, job, mail);
	dprintf(fd, "message-id=%s\ndate=%lld\n", id, (long long)job->created_ms / 1000);
	if (*mail->form)
		dprintf(fd, "form=%s\n", mail->form);
	if (config->convertible)
		dprintf(fd, "convertible=yes\n");
	if (config_can_receive(config) && config->confirm.processing)
		dprintf(fd, "mdn-to=%s\n", job->sender);
	if (*mail->original_id)
		dprintf(fd, "original-id=%s\n", mail->original_id);
	else if (is_offered(config, job, mail))
		dprintf(fd, "better=%s\n", job->document);
	if (mail->parts > 1)
		dprintf(fd, "pages=%lld-%lld\n", (long long)mail->first_page,
			(long long)mail->last_page);
	words_header_line(&words, config, fd);
	snprintf(words.pages, sizeof(words.pages), "%lld", (long long)job->pages);
	words.value[8] = (struct template_value){ "pages", words.pages };
	words.value[9] = (struct template_value){ NULL, NULL };
	template_fill(mail_text(config, job), words.value, text, sizeof(text));
	for (char *line = text, *end; *line; line = end) {
		end = line + strcspn(line, "\n");
		dprintf(fd, "text=%.*s\n", (int)(end - line), line);
		end += *end == '\n';
	}
}

int mail_values(struct station *station, const struct job *job, const struct mail *mail)
{
	struct recipients recipients;
	int fd;

	if (!jobs_recipients(station->jobs, job->id, &recipients))
		return -1;
	fd = memfd_create("headers", MFD_CLOEXEC);
	if (fd >= 0) {
		if (is_offered(&station->config, job, mail))
			jobs_offer(station->jobs, job->id,
				   now_ms() + station->config.confirm.offer_ms);
		write_values(fd, &station->config, job, &recipients, mail);
		lseek(fd, 0, SEEK_SET);
	}
	recipients_clear(&recipients);
	return fd;
}
