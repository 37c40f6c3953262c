/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events: where the time of a page goes. "trace-cmd record -e ifax" shows
 * the way of a page; with no one listening they cost nothing.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ifax

#if !defined(_IFAX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _IFAX_TRACE_H

#include <linux/tracepoint.h>

#include "compat.h"
#include "core.h"

DECLARE_EVENT_CLASS(ifax_page,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page),
	TP_STRUCT__entry(
		__string(device, dev_name(&idev->dev))
		__field(u32, seq)
		__field(u32, coding)
		__field(u32, status)
		__field(u32, lines)
		__field(u64, bytes)
	),
	TP_fast_assign(
		ifax_assign_str(device, dev_name(&idev->dev));
		__entry->seq = page->record.seq;
		__entry->coding = page->format.coding;
		__entry->status = page->record.status;
		__entry->lines = page->record.lines;
		__entry->bytes = page->record.bytes;
	),
	TP_printk("%s page=%u coding=%u status=%u lines=%u bytes=%llu", __get_str(device),
		  __entry->seq, __entry->coding, __entry->status, __entry->lines, __entry->bytes)
);

/* Printer: checked, and waits for the engine */
DEFINE_EVENT(ifax_page, ifax_page_queue,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page)
);

/* Given to the driver */
DEFINE_EVENT(ifax_page, ifax_page_start,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page)
);

/* Scanner: no room for its lines */
DEFINE_EVENT(ifax_page, ifax_page_pause,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page)
);

/* Scanner: the driver is told that there is room again */
DEFINE_EVENT(ifax_page, ifax_page_resume,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page)
);

DEFINE_EVENT(ifax_page, ifax_page_end,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page),
	TP_ARGS(idev, page)
);

/* Lines were coded or decoded */
TRACE_EVENT(ifax_band,
	TP_PROTO(struct ifax_device *idev, const struct ifax_page *page, u32 lines, u64 ns),
	TP_ARGS(idev, page, lines, ns),
	TP_STRUCT__entry(
		__string(device, dev_name(&idev->dev))
		__field(u32, seq)
		__field(u32, lines)
		__field(u64, ns)
	),
	TP_fast_assign(
		ifax_assign_str(device, dev_name(&idev->dev));
		__entry->seq = page->record.seq;
		__entry->lines = lines;
		__entry->ns = ns;
	),
	TP_printk("%s page=%u lines=%u ns=%llu", __get_str(device), __entry->seq, __entry->lines,
		  __entry->ns)
);

/* Bytes that read() gave or write() took */
TRACE_EVENT(ifax_user,
	TP_PROTO(struct ifax_device *idev, size_t bytes),
	TP_ARGS(idev, bytes),
	TP_STRUCT__entry(
		__string(device, dev_name(&idev->dev))
		__field(size_t, bytes)
	),
	TP_fast_assign(
		ifax_assign_str(device, dev_name(&idev->dev));
		__entry->bytes = bytes;
	),
	TP_printk("%s bytes=%zu", __get_str(device), __entry->bytes)
);

#endif /* _IFAX_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
