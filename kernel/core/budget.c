// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/workqueue.h>

#include "budget.h"

struct ifax_budget ifax_total_budget;

/* Somebody was refused: the next room is told */
static bool wanted;
static void (*tell_room)(void);

static void budget_room_work(struct work_struct *work)
{
	tell_room();
}

static DECLARE_WORK(room_work, budget_room_work);

static void budget_found_room(void)
{
	if (READ_ONCE(wanted)) {
		WRITE_ONCE(wanted, false);
		queue_work(system_unbound_wq, &room_work);
	}
}

static int set_kib(const char *text, const struct kernel_param *param)
{
	int err = param_set_uint(text, param);

	if (!err)
		budget_found_room();
	return err;
}

static const struct kernel_param_ops kib_ops = {
	.set = set_kib,
	.get = param_get_uint,
};

static unsigned int budget_kib = 64 * 1024;
module_param_cb(budget_kib, &kib_ops, &budget_kib, 0644);
MODULE_PARM_DESC(budget_kib, "memory for coded pages, per device, in KiB (default 65536)");

/* Not given: by the memory of the machine, see ifax_budget_init() */
#define KIB_OF_MACHINE	UINT_MAX

static unsigned int total_budget_kib = KIB_OF_MACHINE;
module_param_cb(total_budget_kib, &kib_ops, &total_budget_kib, 0644);
MODULE_PARM_DESC(total_budget_kib,
		 "memory for coded pages, all devices together, in KiB (default: an eighth of the machine's, 4096 to 262144)");

/**
 * ifax_budget_bytes() - memory that coded pages may take
 * @budget: budget of a device, or &ifax_total_budget
 *
 * Return: bytes; the administrator may change it at any time.
 */
u64 ifax_budget_bytes(const struct ifax_budget *budget)
{
	const unsigned int *kib = budget == &ifax_total_budget ? &total_budget_kib : &budget_kib;

	return READ_ONCE(budget->limit_bytes) ?: (u64)READ_ONCE(*kib) << 10;
}

/**
 * ifax_budget_used_bytes() - memory that coded pages take now
 * @budget: budget
 *
 * Return: bytes.
 */
u64 ifax_budget_used_bytes(const struct ifax_budget *budget)
{
	return atomic64_read(&budget->used_bytes);
}

/**
 * ifax_budget_set() - set the limit
 * @budget: budget
 * @limit_bytes: limit; 0: what the module's parameter says
 */
void ifax_budget_set(struct ifax_budget *budget, u64 limit_bytes)
{
	WRITE_ONCE(budget->limit_bytes, limit_bytes);
	budget_found_room();
}

/**
 * ifax_budget_kept() - is no more taken than the limits allow?
 * @budget: budget of a device
 *
 * Return: false after a limit was lowered.
 */
bool ifax_budget_kept(const struct ifax_budget *budget)
{
	return ifax_budget_used_bytes(budget) <= ifax_budget_bytes(budget) &&
	       ifax_budget_used_bytes(&ifax_total_budget) <= ifax_budget_bytes(&ifax_total_budget);
}

static bool room_in(const struct ifax_budget *budget, u32 chunks)
{
	return ifax_budget_used_bytes(budget) + chunks * PAGE_SIZE <= ifax_budget_bytes(budget);
}

static bool room_in_both(const struct ifax_budget *budget, u32 chunks)
{
	return room_in(budget, chunks) && room_in(&ifax_total_budget, chunks);
}

/**
 * ifax_budget_room() - is there room for so many memory pages?
 * @budget: budget of a device
 * @chunks: number of memory pages
 *
 * If not, it is told when somebody gives memory back.
 *
 * Return: true if there is.
 */
bool ifax_budget_room(const struct ifax_budget *budget, u32 chunks)
{
	if (room_in_both(budget, chunks))
		return true;
	WRITE_ONCE(wanted, true);
	/* Who gives memory back either sees this, or was seen by the second look */
	smp_mb();
	return room_in_both(budget, chunks);
}

static bool charge(struct ifax_budget *budget)
{
	if (atomic64_add_return(PAGE_SIZE, &budget->used_bytes) <= ifax_budget_bytes(budget))
		return true;
	atomic64_sub(PAGE_SIZE, &budget->used_bytes);
	return false;
}

/**
 * ifax_budget_charge() - take a memory page out of the budget and the total
 * @budget: budget of a device
 *
 * Return: 0; -ENOSPC if there is none, and then room is told when there is.
 */
int ifax_budget_charge(struct ifax_budget *budget)
{
	do {
		if (!charge(budget))
			continue;
		if (charge(&ifax_total_budget))
			return 0;
		atomic64_sub(PAGE_SIZE, &budget->used_bytes);
	} while (ifax_budget_room(budget, 1));
	return -ENOSPC;
}

/**
 * ifax_budget_uncharge() - give a memory page back
 * @budget: budget of a device
 */
void ifax_budget_uncharge(struct ifax_budget *budget)
{
	atomic64_sub(PAGE_SIZE, &budget->used_bytes);
	atomic64_sub(PAGE_SIZE, &ifax_total_budget.used_bytes);
	/* See ifax_budget_room() */
	smp_mb();
	budget_found_room();
}

/* A few pages on a small board, many on a server, and most of the memory for others */
static unsigned int kib_of_machine(void)
{
	u64 bytes = (u64)totalram_pages() << PAGE_SHIFT;

	return clamp_t(u64, bytes / 8, SZ_4M, SZ_256M) >> 10;
}

/**
 * ifax_budget_init() - begin
 * @room: called, from a worker, when there is room for somebody who was refused
 */
void ifax_budget_init(void (*room)(void))
{
	tell_room = room;
	if (total_budget_kib == KIB_OF_MACHINE)
		total_budget_kib = kib_of_machine();
}

/**
 * ifax_budget_exit() - no room is told any more
 */
void ifax_budget_exit(void)
{
	cancel_work_sync(&room_work);
}
