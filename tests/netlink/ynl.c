// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink family as a program sees it that the kernel's own tool has made of
 * the specification: numbers, types and messages are what the specification says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <ynl.h>
#include "ifax-user.h"

#define BUDGET_BYTES	(256 * 1024)

static int tests, failures;

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	failures += !good;
}

static void test_dump(struct ynl_sock *sock)
{
	struct ifax_device_get_list *devices = ifax_device_get_dump(sock);
	unsigned int scanners = 0, printers = 0;

	ok(devices, "a dump");
	ynl_dump_foreach(devices, device) {
		scanners += device->_present.name_len && !strcmp(device->name, "scan0") &&
			    device->kind == 1 && device->_present.counters;
		printers += device->_present.name_len && !strcmp(device->name, "print0") &&
			    device->kind == 2 && device->_present.budget_bytes;
	}
	ok(scanners == 1 && printers == 1, "the scanner and the printer are in it");
	ifax_device_get_list_free(devices);
}

static void test_device(struct ynl_sock *sock)
{
	struct ifax_device_get_req *req = ifax_device_get_req_alloc();
	struct ifax_device_get_rsp *device;

	ifax_device_get_req_set_name(req, "print0");
	device = ifax_device_get(sock, req);
	ok(device && device->_present.state && !strcmp(device->name, "print0"), "a device");
	ok(device && device->sides == 3 && device->n_tray == 2 && device->tray[1].number == 1 &&
	   device->tray[1].x_dmm == 4200 && device->tray[1].level == IFAX_TRAY_LEVEL_LOW &&
	   !device->tray[1]._present.chosen, "its paper trays");
	if (device)
		ifax_device_get_rsp_free(device);
	ifax_device_get_req_set_name(req, "scan99");
	ok(!ifax_device_get(sock, req) && sock->err.code == ENODEV &&
	   strstr(sock->err.msg, "there is no device of this name"), "no device, in words");
	ifax_device_get_req_free(req);
}

static void test_policy(struct ynl_sock *sock)
{
	struct ifax_policy_set_req *set = ifax_policy_set_req_alloc();
	struct ifax_policy_get_req *get = ifax_policy_get_req_alloc();
	struct ifax_policy_get_rsp *policy;

	ifax_policy_set_req_set_name(set, "scan0");
	ifax_policy_set_req_set_budget_bytes(set, BUDGET_BYTES);
	ok(!ifax_policy_set(sock, set), "a policy is set");
	ifax_policy_get_req_set_name(get, "scan0");
	policy = ifax_policy_get(sock, get);
	ok(policy && policy->budget_bytes == BUDGET_BYTES && policy->_present.total_budget_bytes,
	   "it is read");
	if (policy)
		ifax_policy_get_rsp_free(policy);
	ifax_policy_set_req_set_budget_bytes(set, 1);
	ok(ifax_policy_set(sock, set) && sock->err.code == ERANGE, "a policy is refused");
	ifax_policy_get_req_free(get);
	ifax_policy_set_req_free(set);
}

static void test_event(struct ynl_sock *sock)
{
	struct ynl_ntf_base_type *event;
	struct ifax_job_begin_ntf *begin;

	ok(!ynl_subscribe(sock, "jobs"), "a multicast group is joined");
	close(open("/dev/ifax/print0", O_WRONLY));
	ok(!ynl_ntf_check(sock) && ynl_has_ntf(sock), "events come");
	event = ynl_ntf_dequeue(sock);
	begin = (struct ifax_job_begin_ntf *)event;
	ok(event && event->cmd == IFAX_CMD_JOB_BEGIN_NTF && !strcmp(begin->obj.name, "print0"),
	   "the first: the printer is opened");
	if (event)
		ynl_ntf_free(event);
}

int main(void)
{
	struct ynl_error error = {};
	struct ynl_sock *sock = ynl_sock_create(&ynl_ifax_family, &error);

	if (!sock) {
		printf("Bail out! %s\n", error.msg);
		return 1;
	}
	test_dump(sock);
	test_device(sock);
	test_policy(sock);
	test_event(sock);
	ynl_sock_destroy(sock);
	printf("1..%d\n", tests);
	return failures != 0;
}
