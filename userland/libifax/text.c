// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "libifax.h"

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

static const char *const status_texts[] = {
	[IFAX_PAGE_OK] = "ok",
	[IFAX_PAGE_TRUNCATED] = "the paper is longer than the longest page",
	[IFAX_PAGE_JAM] = "paper jam",
	[IFAX_PAGE_COVER_OPEN] = "the cover was opened",
	[IFAX_PAGE_NO_PAPER] = "out of paper",
	[IFAX_PAGE_OVERRUN] = "lines of the sensor were lost",
	[IFAX_PAGE_UNDERRUN] = "the print engine ran out of data",
	[IFAX_PAGE_NO_MEMORY] = "out of memory for pages",
	[IFAX_PAGE_BAD_DATA] = "the coded data is wrong",
	[IFAX_PAGE_CANCELLED] = "cancelled",
	[IFAX_PAGE_GONE] = "the device was removed",
	[IFAX_PAGE_HARDWARE] = "hardware error",
	[IFAX_PAGE_TOO_LARGE] = "the page is larger than its paper",
};

static const char *const coding_names[] = {
	[IFAX_CODING_RAW] = "raw",
	[IFAX_CODING_MH] = "mh",
	[IFAX_CODING_MR] = "mr",
	[IFAX_CODING_MMR] = "mmr",
	[IFAX_CODING_JBIG] = "jbig",
};

static const char *const paper_names[] = {
	[IFAX_PAPER_AUTO] = "auto",
	[IFAX_PAPER_A4] = "a4",
	[IFAX_PAPER_A3] = "a3",
	[IFAX_PAPER_A5] = "a5",
	[IFAX_PAPER_B4] = "b4",
	[IFAX_PAPER_LETTER] = "letter",
	[IFAX_PAPER_LEGAL] = "legal",
};

static const char *const tray_level_names[] = {
	[IFAX_TRAY_LEVEL_OUT] = "out",
	[IFAX_TRAY_LEVEL_EMPTY] = "empty",
	[IFAX_TRAY_LEVEL_LOW] = "low",
	[IFAX_TRAY_LEVEL_GOOD] = "good",
};

static const char *const page_fit_names[] = {
	[IFAX_FIT_SAME] = "same",
	[IFAX_FIT_TRIM] = "trim",
	[IFAX_FIT_REDUCE] = "reduce",
	[IFAX_FIT_ROTATE] = "rotate",
	[IFAX_FIT_SPLIT] = "split",
	[IFAX_FIT_OFFICE] = "office",
};

static const char *const event_names[] = {
	[IFAX_CMD_DEVICE_ADDED_NTF] = "device-added",
	[IFAX_CMD_DEVICE_REMOVED_NTF] = "device-removed",
	[IFAX_CMD_STATE_NTF] = "state",
	[IFAX_CMD_PAGE_BEGIN_NTF] = "page-begin",
	[IFAX_CMD_PAGE_END_NTF] = "page-end",
	[IFAX_CMD_JOB_BEGIN_NTF] = "job-begin",
	[IFAX_CMD_JOB_END_NTF] = "job-end",
	[IFAX_CMD_KEY_NTF] = "key",
	[IFAX_CMD_TRAYS_NTF] = "trays",
};

static const struct {
	uint32_t flag;
	const char *name;
} state_names[] = {
	{ IFAX_STATE_DOCUMENT, "document" },
	{ IFAX_STATE_NO_PAPER, "no-paper" },
	{ IFAX_STATE_COVER_OPEN, "cover-open" },
	{ IFAX_STATE_JAM, "jam" },
	{ IFAX_STATE_BUSY, "busy" },
	{ IFAX_STATE_PAPER_LOW, "paper-low" },
	{ IFAX_STATE_TONER_LOW, "toner-low" },
	{ IFAX_STATE_PAUSED, "paused" },
	{ IFAX_STATE_WARM_UP, "warm-up" },
	{ IFAX_STATE_LAMP_ON, "lamp-on" },
	{ IFAX_STATE_FAILED, "failed" },
	{ IFAX_STATE_HELD, "held" },
};

const char *ifax_page_status_text(uint32_t status)
{
	return status < ARRAY_SIZE(status_texts) ? status_texts[status] : "unknown page status";
}

const char *ifax_error_text(int err)
{
	switch (-err) {
	case EACCES:
		return "no permission to use the device";
	case EPERM:
		return "only the administrator may do this";
	case EPROTONOSUPPORT:
		return "the kernel has no ifax: its modules are not loaded";
	case ENOBUFS:
		return "events came faster than they were taken; some are lost";
	case EBADMSG:
		return "the coded data is wrong";
	case EBUSY:
		return "the device is busy with another job or page";
	case EINVAL:
		return "the device does not have this format";
	case EIO:
		return "paper jam, open cover or hardware error";
	case ENODATA:
		return "no page is under way";
	case ENODEV:
	case ENXIO:
		return "the device was removed";
	case ENOENT:
		return "there is no such device";
	case ENOMEDIUM:
		return "the feeder is empty";
	case ENOSPC:
		return "the page is larger than the memory for pages";
	case ENOTTY:
		return "this is no device of the right kind";
	default:
		return strerror(-err);
	}
}

const char *ifax_coding_name(uint32_t coding)
{
	return coding < ARRAY_SIZE(coding_names) ? coding_names[coding] : NULL;
}

static int find_name(const char *const *names, uint32_t count, const char *name,
		     uint32_t *number)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (!strcasecmp(name, names[i])) {
			*number = i;
			return 0;
		}
	}
	return -EINVAL;
}

int ifax_coding_by_name(const char *name, uint32_t *coding)
{
	return find_name(coding_names, ARRAY_SIZE(coding_names), name, coding);
}

int ifax_paper_by_name(const char *name, uint32_t *paper)
{
	return find_name(paper_names, ARRAY_SIZE(paper_names), name, paper);
}

const char *ifax_paper_name(uint32_t paper)
{
	return paper < ARRAY_SIZE(paper_names) ? paper_names[paper] : NULL;
}

const char *ifax_tray_level_name(uint32_t level)
{
	return level < ARRAY_SIZE(tray_level_names) ? tray_level_names[level] : NULL;
}

int ifax_page_fit_by_name(const char *name, uint32_t *page_fit)
{
	return find_name(page_fit_names, ARRAY_SIZE(page_fit_names), name, page_fit);
}

const char *ifax_event_name(uint32_t what)
{
	return what < ARRAY_SIZE(event_names) ? event_names[what] : NULL;
}

const char *ifax_state_name(uint32_t flag)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(state_names); i++)
		if (state_names[i].flag == flag)
			return state_names[i].name;
	return NULL;
}
