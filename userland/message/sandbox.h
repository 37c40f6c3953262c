/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The process gives up all it does not need before it looks at the first
 * hostile byte: afterwards it can compute and use the files it has open.
 */
#ifndef _IFAX_SANDBOX_H
#define _IFAX_SANDBOX_H

#include "failure.h"

#define SANDBOX_MEMORY_BYTES	(192U << 20)
#define SANDBOX_CPU_S		30
#define SANDBOX_FILE_BYTES	(1U << 30)

/**
 * sandbox_enter() - no way back
 * @failure: what the machine could not do
 *
 * Bounds memory, processor time and file size, forbids new file descriptors
 * and processes, and leaves a short list of system calls; any other fails
 * with EPERM.
 *
 * Return: 0 or -1, then the process must not go on.
 */
int sandbox_enter(struct failure *failure);

#endif /* _IFAX_SANDBOX_H */
