/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ifax: scanners and print engines of a fax machine as character devices
 *
 * /dev/ifax/scanN gives coded pages, /dev/ifax/printN takes them. An open
 * file is one job and has the device to itself (EBUSY); a scanner is opened
 * for reading only, a printer for writing only (EACCES). Every structure has
 * the same layout for 32-bit and 64-bit callers; reserved fields must be zero
 * and unknown flags are refused (EINVAL), so that both can get a meaning later.
 *
 * read() on a scanner: coded bytes of the page, 0 at its end; ENODATA: no page
 * was started.
 *
 * write() on a printer: coded bytes of the next page. It takes fewer bytes
 * than given, then waits (with O_NONBLOCK: EAGAIN) while the page store is full
 * of pages that will be printed. ENOSPC: it is full of this page alone;
 * IFAX_IOC_CANCEL drops it.
 *
 * poll(): POLLIN: bytes to read, or the end of the page; POLLOUT: write() will
 * not wait; POLLPRI: IFAX_IOC_GET_PAGE will not wait; POLLERR and POLLHUP: the
 * device was removed. From then on read() and IFAX_IOC_GET_PAGE give what is
 * left, and all else is ENODEV.
 */
#ifndef _UAPI_LINUX_IFAX_H
#define _UAPI_LINUX_IFAX_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * enum ifax_coding - how the pixels of a page are coded
 * @IFAX_CODING_RAW: one bit a pixel, leftmost pixel in the most significant
 *	bit, 1 is black, every line padded to a whole byte
 * @IFAX_CODING_MH: Modified Huffman, one-dimensional (T.4 section 4.1)
 * @IFAX_CODING_MR: Modified READ, two-dimensional (T.4 section 4.2)
 * @IFAX_CODING_MMR: MR without EOLs, all lines two-dimensional (T.6)
 * @IFAX_CODING_JBIG: T.82 in the profile of T.85
 *
 * A device says in &struct ifax_caps.codings which of them it has.
 */
enum ifax_coding {
	IFAX_CODING_RAW = 0,
	IFAX_CODING_MH = 1,
	IFAX_CODING_MR = 2,
	IFAX_CODING_MMR = 3,
	IFAX_CODING_JBIG = 4,
};

/* ifax_format.flags */
/** IFAX_FMT_LSB_FIRST: coded bits fill a byte from its least significant bit (TIFF FillOrder 2) */
#define IFAX_FMT_LSB_FIRST	(1U << 0)
/** IFAX_FMT_EOL: every MH/MR line begins with an EOL; on decode EOLs are accepted anyway */
#define IFAX_FMT_EOL		(1U << 1)
/** IFAX_FMT_EOL_ALIGNED: fill bits make every EOL end at a byte boundary */
#define IFAX_FMT_EOL_ALIGNED	(1U << 2)
/** IFAX_FMT_END: MH/MR end with an RTC, MMR with an EOFB; on decode a missing one is accepted */
#define IFAX_FMT_END		(1U << 3)
/** IFAX_FMT_ROW_ALIGNED: every coded line begins at a byte boundary (TIFF Compression 2) */
#define IFAX_FMT_ROW_ALIGNED	(1U << 4)
/** IFAX_FMT_WHITE_IS_1: pixels are inverted before coding, after decoding (TIFF Photometric 1) */
#define IFAX_FMT_WHITE_IS_1	(1U << 5)
#define IFAX_FMT_FLAGS		0x3fU

/**
 * enum ifax_binarisation - how the pixels of a scanner become black or white
 * @IFAX_BINARY_SENSOR: the sensor tells one bit a pixel, or decides by itself
 * @IFAX_BINARY_THRESHOLD: by one level for the whole page, &struct
 *	ifax_format.threshold
 * @IFAX_BINARY_ADAPTIVE: by a level that follows the ground of the paper
 * @IFAX_BINARY_DIFFUSION: the error goes on to the neighbours, for photographs
 * @IFAX_BINARY_ORDERED: by a screen of dots, for photographs
 *
 * All but the first need a sensor that tells grey.
 */
enum ifax_binarisation {
	IFAX_BINARY_SENSOR = 0,
	IFAX_BINARY_THRESHOLD = 1,
	IFAX_BINARY_ADAPTIVE = 2,
	IFAX_BINARY_DIFFUSION = 3,
	IFAX_BINARY_ORDERED = 4,
};

/**
 * enum ifax_sides - which sides of a sheet are scanned or printed
 * @IFAX_SIDES_FRONT: the front
 * @IFAX_SIDES_BOTH: front and back, as two pages; what is printed as the page
 *	after a front comes onto its back; see IFAX_IOC_FINISH
 */
enum ifax_sides {
	IFAX_SIDES_FRONT = 0,
	IFAX_SIDES_BOTH = 1,
};

/**
 * enum ifax_paper - size of a sheet
 * @IFAX_PAPER_AUTO: what lies there
 * @IFAX_PAPER_A4: 210 mm x 297 mm
 * @IFAX_PAPER_A3: 297 mm x 420 mm
 * @IFAX_PAPER_A5: 148 mm x 210 mm
 * @IFAX_PAPER_B4: 257 mm x 364 mm (JIS), 255 mm of it in a fax (T.4)
 * @IFAX_PAPER_LETTER: 8.5 in x 11 in
 * @IFAX_PAPER_LEGAL: 8.5 in x 14 in
 */
enum ifax_paper {
	IFAX_PAPER_AUTO = 0,
	IFAX_PAPER_A4 = 1,
	IFAX_PAPER_A3 = 2,
	IFAX_PAPER_A5 = 3,
	IFAX_PAPER_B4 = 4,
	IFAX_PAPER_LETTER = 5,
	IFAX_PAPER_LEGAL = 6,
};

/**
 * enum ifax_scaling - what becomes of pixels that the engine has otherwise
 * @IFAX_SCALING_NONE: pixels are printed one to one; width and resolution have
 *	to be the engine's
 * @IFAX_SCALING_FIT: a page larger than its paper is reduced to it, and its
 *	resolution becomes the engine's
 * @IFAX_SCALING_ENGINE: the page keeps its size on paper: its resolution becomes
 *	the engine's
 *
 * But for the first, width and resolution are those of the data, whatever the
 * engine has.
 */
enum ifax_scaling {
	IFAX_SCALING_NONE = 0,
	IFAX_SCALING_FIT = 1,
	IFAX_SCALING_ENGINE = 2,
};

/**
 * enum ifax_page_fit - what becomes of a page that is larger than the paper
 * @IFAX_FIT_SAME: refused (IFAX_PAGE_TOO_LARGE), or, with AUTO paper, left to the engine
 * @IFAX_FIT_TRIM: what is over is cut off
 * @IFAX_FIT_REDUCE: reduced along and across, by the same factor
 * @IFAX_FIT_ROTATE: turned by 90 degrees, if it fits so; else as SAME
 * @IFAX_FIT_SPLIT: the rest comes on the next sheet
 * @IFAX_FIT_OFFICE: the first of these that does it: an edge is cut off, the page is
 *	turned, is reduced to no less than 65 %, comes on several sheets
 */
enum ifax_page_fit {
	IFAX_FIT_SAME = 0,
	IFAX_FIT_TRIM = 1,
	IFAX_FIT_REDUCE = 2,
	IFAX_FIT_ROTATE = 3,
	IFAX_FIT_SPLIT = 4,
	IFAX_FIT_OFFICE = 5,
};

/**
 * struct ifax_format - the form of a page
 * @coding: &enum ifax_coding
 * @flags: IFAX_FMT_*
 * @width_px: pixels in a line, 1 to 65535
 * @length_lines: scan: stop after so many lines (0: at the end of the paper,
 *	or at &struct ifax_caps.length_lines_max); print: lines of the page
 *	(0: the coded data says where the page ends)
 * @x_dpi: pixels per inch along the line
 * @y_dpi: lines per inch
 * @k: MR: a one-dimensional line at least every @k lines (0: only the first)
 * @binarisation: scanner: &enum ifax_binarisation
 * @threshold: scanner: with IFAX_BINARY_THRESHOLD, what is darker is black, 1 to
 *	255 (white); otherwise 0
 * @sides: &enum ifax_sides
 * @paper: &enum ifax_paper
 * @scaling: printer: &enum ifax_scaling
 * @page_fit: printer: &enum ifax_page_fit
 * @copies: printer: how often the page is printed (0: once)
 * @collate: printer: 1: copies come out document by document, not page by page;
 *	see IFAX_IOC_FINISH. With IFAX_SIDES_BOTH, 0 is sheet by sheet
 * @conceal: printer: 1: a wrong line of MH or MR becomes the last good one again,
 *	&struct ifax_page_record.bad_lines counts them; 0: the page is refused
 * @wait_s: printer: how many seconds a page waits for paper, at most 86400; 0: it ends at
 *	once as IFAX_PAGE_NO_PAPER
 * @reserved: zero
 *
 * What is zero is what every device has.
 */
struct ifax_format {
	__u32 coding;
	__u32 flags;
	__u32 width_px;
	__u32 length_lines;
	__u16 x_dpi;
	__u16 y_dpi;
	__u32 k;
	__u32 binarisation;
	__u32 threshold;
	__u32 sides;
	__u32 paper;
	__u32 scaling;
	__u32 page_fit;
	__u32 copies;
	__u32 collate;
	__u32 conceal;
	__u32 wait_s;
	__u32 reserved[2];
};

#define IFAX_RESOLUTIONS_MAX	16

/**
 * struct ifax_resolution - a pair of resolutions that the hardware has
 * @x_dpi: pixels per inch along the line
 * @y_dpi: lines per inch
 */
struct ifax_resolution {
	__u16 x_dpi;
	__u16 y_dpi;
};

enum ifax_kind {
	IFAX_KIND_SCANNER = 1,
	IFAX_KIND_PRINTER = 2,
};

/* ifax_caps.flags */
/** IFAX_CAP_PAUSE: the motor of the scanner waits while the page store is full */
#define IFAX_CAP_PAUSE		(1U << 0)

/**
 * struct ifax_caps - what a device can do
 * @kind: &enum ifax_kind
 * @codings: bit (1 << coding) is set for every coding of &enum ifax_coding
 * @width_px_min: narrowest line
 * @width_px_max: widest line
 * @length_lines_max: longest page
 * @resolutions: number of entries used in @resolution
 * @resolution: resolutions, the preferred one first
 * @binarisations: bit (1 << binarisation) is set for every &enum
 *	ifax_binarisation; so for the next four
 * @sides: of &enum ifax_sides
 * @papers: of &enum ifax_paper
 * @scalings: of &enum ifax_scaling
 * @page_fits: of &enum ifax_page_fit
 * @copies_max: most copies of a page; 1 on a scanner
 * @pages_max: most pages of which the record was not taken
 * @flags: IFAX_CAP_*
 * @budget_bytes: memory that coded data takes in the device's page store at
 *	most; of a page being scanned, what was read takes none
 * @reserved: zero
 */
struct ifax_caps {
	__u32 kind;
	__u32 codings;
	__u32 width_px_min;
	__u32 width_px_max;
	__u32 length_lines_max;
	__u32 resolutions;
	struct ifax_resolution resolution[IFAX_RESOLUTIONS_MAX];
	__u32 binarisations;
	__u32 sides;
	__u32 papers;
	__u32 scalings;
	__u32 page_fits;
	__u32 copies_max;
	__u32 pages_max;
	__u32 flags;
	__u64 budget_bytes;
	__u32 reserved[4];
};

/**
 * enum ifax_page_status - how a page ended
 * @IFAX_PAGE_OK: complete: coded to its last line; on paper, out of the engine
 * @IFAX_PAGE_TRUNCATED: the paper was longer than the maximum length; what was
 *	scanned until then is there
 * @IFAX_PAGE_JAM: paper jam
 * @IFAX_PAGE_COVER_OPEN: the cover was opened
 * @IFAX_PAGE_NO_PAPER: the engine has no paper, or none of the size that the page names,
 *	and waiting for it was of no use
 * @IFAX_PAGE_OVERRUN: lines of the sensor were lost
 * @IFAX_PAGE_UNDERRUN: the engine ran dry, three times: two more sheets were tried
 * @IFAX_PAGE_NO_MEMORY: the page store's budget, or memory, was used up
 * @IFAX_PAGE_BAD_DATA: the coded data is wrong at &struct
 *	ifax_page_record.fault_line; no paper was used
 * @IFAX_PAGE_CANCELLED: cancelled by the user
 * @IFAX_PAGE_GONE: the device was removed
 * @IFAX_PAGE_HARDWARE: DMA or register error, or the hardware stopped answering.
 *	What an engine without a driver does with its sheet nobody knows: it may come
 *	out, spoilt or even whole
 * @IFAX_PAGE_TOO_LARGE: the page is larger than the paper that &struct ifax_format.paper
 *	names, and nothing may become of it as &struct ifax_format.page_fit says; it does
 *	not wait
 */
enum ifax_page_status {
	IFAX_PAGE_OK = 0,
	IFAX_PAGE_TRUNCATED = 1,
	IFAX_PAGE_JAM = 2,
	IFAX_PAGE_COVER_OPEN = 3,
	IFAX_PAGE_NO_PAPER = 4,
	IFAX_PAGE_OVERRUN = 5,
	IFAX_PAGE_UNDERRUN = 6,
	IFAX_PAGE_NO_MEMORY = 7,
	IFAX_PAGE_BAD_DATA = 8,
	IFAX_PAGE_CANCELLED = 9,
	IFAX_PAGE_GONE = 10,
	IFAX_PAGE_HARDWARE = 11,
	IFAX_PAGE_TOO_LARGE = 12,
};

/* ifax_page_record.flags */
/** IFAX_PAGE_MORE: another sheet lies in the feeder */
#define IFAX_PAGE_MORE		(1U << 0)
/** IFAX_PAGE_BACK: it is the back of the sheet */
#define IFAX_PAGE_BACK		(1U << 1)

/**
 * struct ifax_page_record - what became of a page
 * @seq: number of the page in this job, from 1
 * @status: &enum ifax_page_status
 * @lines: lines scanned, or lines that left the engine on paper (0 if it was
 *	stopped by IFAX_PAGE_CANCELLED or IFAX_PAGE_GONE: nobody counted them)
 * @fault_line: line of the first coding fault, from 1 (0: none)
 * @flags: IFAX_PAGE_MORE, IFAX_PAGE_BACK
 * @bad_lines: coded lines that were concealed
 * @bytes: coded bytes of the page
 * @begin_ns: CLOCK_BOOTTIME when its first line passed the sensor, or when the
 *	engine took the sheet (0: it never did)
 * @end_ns: CLOCK_BOOTTIME when it ended
 * @copies: printer: copies that are on paper, whatever @status says
 * @sheets: printer: sheets with a side of this page that left the engine whole,
 *	in all copies
 * @spoilt: printer: sheets with this page that were spoilt and printed again
 * @reserved: zero
 */
struct ifax_page_record {
	__u32 seq;
	__u32 status;
	__u32 lines;
	__u32 fault_line;
	__u32 flags;
	__u32 bad_lines;
	__u64 bytes;
	__u64 begin_ns;
	__u64 end_ns;
	__u32 copies;
	__u32 sheets;
	__u32 spoilt;
	__u32 reserved;
};

/* ifax_state.flags */
/** IFAX_STATE_DOCUMENT: a sheet lies in the feeder */
#define IFAX_STATE_DOCUMENT	(1U << 0)
/** IFAX_STATE_NO_PAPER: the engine has no paper, or none for the page that waits */
#define IFAX_STATE_NO_PAPER	(1U << 1)
/** IFAX_STATE_COVER_OPEN: a cover is open */
#define IFAX_STATE_COVER_OPEN	(1U << 2)
/** IFAX_STATE_JAM: paper is stuck */
#define IFAX_STATE_JAM		(1U << 3)
/** IFAX_STATE_BUSY: a page is under the sensor or in the engine */
#define IFAX_STATE_BUSY		(1U << 4)
/** IFAX_STATE_PAPER_LOW: the engine will soon have no paper */
#define IFAX_STATE_PAPER_LOW	(1U << 5)
/** IFAX_STATE_TONER_LOW: the engine will soon have no toner */
#define IFAX_STATE_TONER_LOW	(1U << 6)
/** IFAX_STATE_PAUSED: the motor waits until there is room in the page store */
#define IFAX_STATE_PAUSED	(1U << 7)
/** IFAX_STATE_WARM_UP: the engine warms up; the page in it waits for that */
#define IFAX_STATE_WARM_UP	(1U << 8)
/** IFAX_STATE_LAMP_ON: the lamp of the scanner is switched on */
#define IFAX_STATE_LAMP_ON	(1U << 9)
/** IFAX_STATE_FAILED: lamp, laser or heater failed when they were needed last */
#define IFAX_STATE_FAILED	(1U << 10)
/** IFAX_STATE_HELD: a sheet stands in the duplex unit, for its back */
#define IFAX_STATE_HELD		(1U << 11)

/**
 * struct ifax_state - the paper path now
 * @flags: IFAX_STATE_*
 * @pages_queued: pages committed and not yet ended
 * @budget_used_bytes: memory that coded data takes in the page store, in whole
 *	memory pages
 * @reserved: zero
 */
struct ifax_state {
	__u32 flags;
	__u32 pages_queued;
	__u64 budget_used_bytes;
	__u32 reserved[4];
};

/**
 * struct ifax_start - which pages to scan
 * @pages: most pages; 0: until the feeder is empty
 * @reserved: zero
 */
struct ifax_start {
	__u32 pages;
	__u32 reserved[3];
};

#define IFAX_IOC_MAGIC		0xfa

/**
 * IFAX_IOC_GET_CAPS - read &struct ifax_caps
 */
#define IFAX_IOC_GET_CAPS	_IOR(IFAX_IOC_MAGIC, 0x00, struct ifax_caps)
/**
 * IFAX_IOC_GET_FORMAT - read the format that holds for the next page
 */
#define IFAX_IOC_GET_FORMAT	_IOR(IFAX_IOC_MAGIC, 0x01, struct ifax_format)
/**
 * IFAX_IOC_TRY_FORMAT - ask what a format would become
 *
 * Width, length and resolution are moved to the nearest that the device has;
 * nothing is set. A coding that it does not have, or an unknown flag: EINVAL.
 */
#define IFAX_IOC_TRY_FORMAT	_IOWR(IFAX_IOC_MAGIC, 0x02, struct ifax_format)
/**
 * IFAX_IOC_SET_FORMAT - set the format of the next page
 *
 * Refused with EINVAL if TRY would have changed it, with EBUSY while a page is
 * being scanned or written. It holds until it is set again; a fresh job has
 * MMR at the device's preferred resolution.
 */
#define IFAX_IOC_SET_FORMAT	_IOW(IFAX_IOC_MAGIC, 0x03, struct ifax_format)
/**
 * IFAX_IOC_GET_STATE - read &struct ifax_state
 */
#define IFAX_IOC_GET_STATE	_IOR(IFAX_IOC_MAGIC, 0x04, struct ifax_state)
/**
 * IFAX_IOC_START - scanner: take the next sheet from the feeder, or all
 *
 * Returns as soon as the first sheet moves. Its coded bytes are there for read()
 * while it is still under the sensor; read() returns 0 at the end of the page,
 * and IFAX_IOC_GET_PAGE then tells how it ended. Further pages are scanned while
 * this one is read, as long as there is room in the page store; they end with
 * the feeder empty, or with the first page that goes wrong. Then there is no
 * page any more (ENODATA).
 *
 * While the page store is full the motor waits; a scanner that cannot wait ends
 * the page as IFAX_PAGE_OVERRUN.
 *
 * Errors: ENOMEDIUM (feeder empty), EBUSY (a record of the last START was not
 * taken yet, or pages are still to come), EIO (jam, cover), ENOSPC (the page
 * store is full of pages of other devices).
 */
#define IFAX_IOC_START		_IOW(IFAX_IOC_MAGIC, 0x05, struct ifax_start)
/**
 * IFAX_IOC_COMMIT - printer: the page has been written whole
 *
 * The page is decoded once for a check and queued. EBADMSG: its data is wrong,
 * or it is longer than &struct ifax_caps.length_lines_max; no paper was used,
 * the record (IFAX_IOC_GET_PAGE) names the line. ENODATA: nothing was written.
 * EBUSY: 256 records wait to be taken. While a page waits or prints, the next
 * may be written.
 *
 * Pages never come out of order: if one goes wrong in the engine, those behind
 * it, and those committed before its record is taken, end as
 * IFAX_PAGE_CANCELLED.
 */
#define IFAX_IOC_COMMIT		_IO(IFAX_IOC_MAGIC, 0x06)
/**
 * IFAX_IOC_GET_PAGE - take the record of the oldest page of the job
 *
 * Waits for the page to end, with O_NONBLOCK: EAGAIN. Records come in the order
 * of the pages. ENODATA: no page is under way. On a scanner, what was not read
 * of the page is dropped.
 */
#define IFAX_IOC_GET_PAGE	_IOR(IFAX_IOC_MAGIC, 0x07, struct ifax_page_record)
/**
 * IFAX_IOC_CANCEL - end the pages under way
 *
 * The sheet under the sensor or in the engine is run out, pages waiting are
 * dropped, a page being written is dropped without a record; each other page
 * gets a record with IFAX_PAGE_CANCELLED.
 */
#define IFAX_IOC_CANCEL		_IO(IFAX_IOC_MAGIC, 0x08)
/**
 * IFAX_IOC_FINISH - printer: the document is complete
 *
 * Pages with &struct ifax_format.collate come out once when they are committed,
 * and again, all of them in order, for each further copy once the document is
 * complete. Their records are there when their last copy is on paper: who waits
 * for one before this call waits for ever. Pages committed later belong to the
 * next document, which begins when this one is on paper. EBUSY: a page was
 * written but not committed.
 *
 * With IFAX_SIDES_BOTH, a front waits until its back is committed, or the document
 * is complete: then it comes alone. Neither counts as printed before the sheet with
 * both has left the engine; if one goes wrong, both do. A page that takes several
 * sheets comes on fronts alone.
 */
#define IFAX_IOC_FINISH		_IO(IFAX_IOC_MAGIC, 0x09)

#endif /* _UAPI_LINUX_IFAX_H */
