// SPDX-License-Identifier: GPL-2.0
#include <linux/ifax_netlink.h>
#include <string.h>
#include <unistd.h>

#include "talk.h"

bool talk_begin(struct talk *talk)
{
	talk->fd = genl_open();
	return talk->fd >= 0 && genl_find(talk->fd, IFAX_GENL_NAME, &talk->family);
}

void talk_end(struct talk *talk)
{
	close(talk->fd);
}

void talk_ask(struct talk *talk, uint8_t cmd, const char *device)
{
	genl_begin(&talk->request, talk->family.id, cmd, 0);
	if (device)
		genl_put(&talk->request, IFAX_A_DEVICE_NAME, device, strlen(device) + 1);
}

int talk_call(struct talk *talk)
{
	return genl_call(talk->fd, &talk->request, &talk->reply, talk->text, sizeof(talk->text));
}

int talk_set_budget(struct talk *talk, const char *device, uint64_t bytes)
{
	talk_ask(talk, IFAX_CMD_POLICY_SET, device);
	genl_put(&talk->request, IFAX_A_DEVICE_BUDGET_BYTES, &bytes, sizeof(bytes));
	return talk_call(talk);
}

uint32_t scan_page_of(int fd, uint32_t lines)
{
	struct ifax_page_record record = { .status = UINT32_MAX };
	struct coded coded;
	struct sheet sheet;

	feeder_empty(fd);
	sheet_draw(&sheet, A4_WIDTH_PX, lines, 1);
	if (feeder_put(&sheet) && !ifax_start(fd)) {
		read_page(fd, &coded);
		coded_free(&coded);
		if (ifax_get_page(fd, &record))
			record.status = UINT32_MAX;
	}
	sheet_free(&sheet);
	return record.status;
}

uint32_t scan_page(uint32_t lines)
{
	int fd = ifax_open_scanner(SCANNER, 0);
	uint32_t status;

	if (fd < 0)
		return UINT32_MAX;
	status = scan_page_of(fd, lines);
	close(fd);
	return status;
}
