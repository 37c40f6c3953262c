/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Budgets: how much memory the coded pages of a device, and those of all
 * devices together, may take. Counted in whole memory pages.
 */
#ifndef _IFAX_BUDGET_H
#define _IFAX_BUDGET_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * struct ifax_budget - memory that the coded pages of a device may take
 * @limit_bytes: most of it; 0: what the module's parameter says
 * @used_bytes: memory taken now
 */
struct ifax_budget {
	u64 limit_bytes;
	atomic64_t used_bytes;
};

u64 ifax_budget_bytes(const struct ifax_budget *budget);
u64 ifax_budget_used_bytes(const struct ifax_budget *budget);
void ifax_budget_set(struct ifax_budget *budget, u64 limit_bytes);
bool ifax_budget_kept(const struct ifax_budget *budget);
bool ifax_budget_room(const struct ifax_budget *budget, u32 chunks);
int ifax_budget_charge(struct ifax_budget *budget);
void ifax_budget_uncharge(struct ifax_budget *budget);

/* What all devices take together */
extern struct ifax_budget ifax_total_budget;

void ifax_budget_init(void (*room)(void));
void ifax_budget_exit(void);

#endif /* _IFAX_BUDGET_H */
