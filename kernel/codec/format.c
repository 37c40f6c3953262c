// SPDX-License-Identifier: GPL-2.0
/* What can be coded, and what faults are called. */
#include "port.h"

int ifax_codec_format_ok(const struct ifax_codec_format *fmt)
{
	u32 flags = fmt->flags;

	if (!fmt->width_px || fmt->width_px > IFAX_WIDTH_PX_MAX || flags & ~IFAX_FMT_FLAGS)
		return -EINVAL;
	/* MR has EOLs, asked for or not */
	if (flags & IFAX_FMT_EOL_ALIGNED && !(flags & IFAX_FMT_EOL) &&
	    fmt->coding != IFAX_CODING_MR)
		return -EINVAL;
	/* a line begins at a byte boundary, or behind an EOL that ends at one */
	if (flags & IFAX_FMT_EOL_ALIGNED && flags & IFAX_FMT_ROW_ALIGNED)
		return -EINVAL;
	switch (fmt->coding) {
	case IFAX_CODING_MH:
	case IFAX_CODING_MR:
		return 0;
	case IFAX_CODING_JBIG:
		return flags & (IFAX_FMT_EOL | IFAX_FMT_ROW_ALIGNED | IFAX_FMT_LSB_FIRST) ?
		       -EINVAL : 0;
	case IFAX_CODING_RAW:
	case IFAX_CODING_MMR:
		return flags & IFAX_FMT_EOL ? -EINVAL : 0;
	default:
		return -EOPNOTSUPP;
	}
}
EXPORT_SYMBOL_GPL(ifax_codec_format_ok);

const char *ifax_fault_text(enum ifax_fault fault)
{
	switch (fault) {
	case IFAX_FAULT_NONE:
		return "no fault";
	case IFAX_FAULT_CODE:
		return "bits that are no code word";
	case IFAX_FAULT_LONG:
		return "a run goes past the end of the line";
	case IFAX_FAULT_BACK:
		return "a vertical mode goes back behind the pixel coded last";
	case IFAX_FAULT_EOL:
		return "an EOL where none may be, or none where one must be";
	case IFAX_FAULT_SHORT:
		return "the data ends before the page does";
	case IFAX_FAULT_UNCOMPRESSED:
		return "uncompressed mode, which is not supported";
	case IFAX_FAULT_EXTENSION:
		return "an unknown extension code";
	case IFAX_FAULT_HEADER:
		return "a JBIG header that is wrong or outside of T.85";
	}
	return "unknown fault";
}
EXPORT_SYMBOL_GPL(ifax_fault_text);
