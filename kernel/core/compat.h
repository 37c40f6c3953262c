/* SPDX-License-Identifier: GPL-2.0 */
/* What differs between the kernels that this module builds for. */
#ifndef _IFAX_COMPAT_H
#define _IFAX_COMPAT_H

#include <linux/version.h>

/* struct class.devnode takes a const device since 6.2 */
#if KERNEL_VERSION(6, 2, 0) > LINUX_VERSION_CODE
#define ifax_devnode_device	struct device
#else
#define ifax_devnode_device	const struct device
#endif

/* __assign_str() knows its source from __string() since 6.10 */
#if KERNEL_VERSION(6, 10, 0) > LINUX_VERSION_CODE
#define ifax_assign_str(field, text)	__assign_str(field, text)
#else
#define ifax_assign_str(field, text)	__assign_str(field)
#endif

/* generic_file_splice_read() took what read_iter() gives until 6.5 */
#if KERNEL_VERSION(6, 5, 0) > LINUX_VERSION_CODE
#define ifax_splice_read	generic_file_splice_read
#else
#define ifax_splice_read	copy_splice_read
#endif

#endif /* _IFAX_COMPAT_H */
