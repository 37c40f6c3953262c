// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-codec: pages of pixels to coded data and back, by the code that runs in
 * the kernel.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tiff.h"

static const char usage[] =
"Usage: ifax-codec encode [OPTION]... IN OUT    PBM (P4) or PGM (P5) to coded data or TIFF\n"
"       ifax-codec decode [OPTION]... IN OUT    coded data or TIFF to PBM\n"
"       ifax-codec check [OPTION]... IN         decode, write nothing, report faults\n"
"\n"
"IN and OUT may be - (standard input, output), but not of a TIFF. OUT is a TIFF if\n"
"its name ends in .tif or .tiff. A PBM stream of several pages makes a TIFF of\n"
"several pages, and the other way round.\n"
"\n"
"  -c, --coding CODING   raw, mh, mr, mmr or jbig (mmr); not needed to decode a TIFF\n"
"  -k, --k N             MR: every N-th line one-dimensional, 0: only the first (4);\n"
"                        JBIG: lines in a stripe (128)\n"
"  -w, --width PIXELS    decode: pixels in a line (1728); a TIFF says it itself\n"
"  -l, --length LINES    decode: lines of the page (0: as many as there are)\n"
"      --lsb-first       the first bit is the least significant of a byte\n"
"      --eol             MH: an EOL before each line (MR always has them)\n"
"      --eol-aligned     fill bits so that each EOL ends at a byte boundary\n"
"      --end             write an RTC (MH, MR) or EOFB (MMR); a TIFF of MMR has one\n"
"      --row-aligned     each line begins at a byte boundary\n"
"      --white-is-1      invert the pixels\n"
"      --dpi XxY         resolution to write into a TIFF (204x196)\n"
"  -t, --threshold N     PGM: what is darker than N of 255 is black (128)\n"
"      --verify          encode: decode again and compare\n"
"  -h, --help            this text\n"
"\n"
"Exit status: 0: all is well; 1: the input is at fault, or cannot be read or\n"
"written; 2: wrong options. Of a page with a fault, the lines before it are written.\n";

enum {
	OPTION_DPI = 256,
	OPTION_VERIFY,
	OPTION_FLAG,		/* and the IFAX_FMT_ flag */
};

static const struct option options[] = {
	{ "coding", required_argument, NULL, 'c' },
	{ "k", required_argument, NULL, 'k' },
	{ "width", required_argument, NULL, 'w' },
	{ "length", required_argument, NULL, 'l' },
	{ "lsb-first", no_argument, NULL, OPTION_FLAG + IFAX_FMT_LSB_FIRST },
	{ "eol", no_argument, NULL, OPTION_FLAG + IFAX_FMT_EOL },
	{ "eol-aligned", no_argument, NULL, OPTION_FLAG + (IFAX_FMT_EOL | IFAX_FMT_EOL_ALIGNED) },
	{ "end", no_argument, NULL, OPTION_FLAG + IFAX_FMT_END },
	{ "row-aligned", no_argument, NULL, OPTION_FLAG + IFAX_FMT_ROW_ALIGNED },
	{ "white-is-1", no_argument, NULL, OPTION_FLAG + IFAX_FMT_WHITE_IS_1 },
	{ "dpi", required_argument, NULL, OPTION_DPI },
	{ "threshold", required_argument, NULL, 't' },
	{ "verify", no_argument, NULL, OPTION_VERIFY },
	{ "help", no_argument, NULL, 'h' },
	{ 0 }
};

#define K_DEFAULT	~0U	/* as the coding has it */

struct job {
	struct ifax_codec_format fmt;
	struct image_grey grey;
	u32 dpi[2];
	bool verify;
	const char *in;
	const char *out;
	u32 page;
};

static int wrong_use(const char *text, const char *value)
{
	fprintf(stderr, "ifax-codec: %s%s\n%s", text, value, "Try ifax-codec --help\n");
	return 2;
}

static bool is_tiff_name(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot && (!strcmp(dot, ".tif") || !strcmp(dot, ".tiff"));
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *file;

	if (!strcmp(path, "-"))
		return mode[0] == 'r' ? stdin : stdout;
	file = fopen(path, mode);
	if (!file)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return file;
}

static void report_fault(const struct job *job, const struct ifax_fault_report *report, u32 before)
{
	fprintf(stderr, "%s: page %u, line %u, bit %llu: %s\n", job->in, job->page,
		before + report->line, report->bit, ifax_fault_text(report->fault));
}

static bool same_pixels(const struct image *a, const struct image *b)
{
	u32 rest = a->width_px % 8;
	u32 x, y;

	if (a->lines != b->lines)
		return false;
	for (y = 0; y < a->lines; y++) {
		for (x = 0; x < a->stride; x++) {
			u8 differ = a->rows[y * a->stride + x] ^ b->rows[y * b->stride + x];

			if (x == a->stride - 1 && rest)
				differ >>= 8 - rest;
			if (differ)
				return false;
		}
	}
	return true;
}

static bool verify(const struct job *job, const struct image *image, const struct coded_page *coded)
{
	struct ifax_codec_format fmt = job->fmt;
	struct ifax_fault_report report;
	struct image again;
	bool same;

	fmt.length_lines = image->lines;
	if (!page_decode(&fmt, coded->data, coded->bytes, &again, &report))
		return false;
	if (report.fault)
		report_fault(job, &report, 0);
	same = !report.fault && same_pixels(image, &again);
	if (!same)
		fprintf(stderr, "%s: page %u does not decode to what it was\n", job->in, job->page);
	image_free(&again);
	return same;
}

static bool encode_one(struct job *job, const struct image *image, TIFF *tiff, FILE *file)
{
	struct coded_page coded;
	bool good;

	job->fmt.width_px = image->width_px;
	job->fmt.length_lines = image->lines;
	if (!page_encode(&job->fmt, image, &coded))
		return false;
	good = !job->verify || verify(job, image, &coded);
	if (good && tiff) {
		good = tiff_append(tiff, &job->fmt, &coded, image->lines, job->dpi);
	} else if (good && fwrite(coded.data, 1, coded.bytes, file) != coded.bytes) {
		fprintf(stderr, "%s: %s\n", job->out, strerror(errno));
		good = false;
	}
	free(coded.data);
	return good;
}

static int encode(struct job *job)
{
	bool to_tiff = is_tiff_name(job->out);
	FILE *from = open_file(job->in, "r"), *file = NULL;
	struct image image;
	TIFF *tiff = NULL;
	int status = -1;

	if (!from)
		return 1;
	if (to_tiff)
		tiff = tiff_create(job->out);
	else
		file = open_file(job->out, "w");
	while (tiff || file) {
		status = image_read(from, job->in, &job->grey, &image);
		if (status <= 0)
			break;
		job->page++;
		if (job->page > 1 && !tiff) {
			fprintf(stderr, "%s: more than one page: only a TIFF can hold them\n", job->in);
			status = -1;
		} else if (!encode_one(job, &image, tiff, file)) {
			status = -1;
		}
		image_free(&image);
		if (status < 0)
			break;
	}
	if (!status && !job->page) {
		fprintf(stderr, "%s: no page\n", job->in);
		status = -1;
	}
	if (tiff)
		TIFFClose(tiff);
	if (file && fclose(file)) {
		fprintf(stderr, "%s: %s\n", job->out, strerror(errno));
		status = -1;
	}
	if (from != stdin)
		fclose(from);
	return status ? 1 : 0;
}

/* Decode coded bytes and write the good lines of them to @to, if there is one */
static bool decode_data(struct job *job, const struct coded_page *coded, FILE *to)
{
	struct ifax_fault_report report;
	struct image image;
	bool good;

	job->page++;
	if (!page_decode(&job->fmt, coded->data, coded->bytes, &image, &report))
		return false;
	good = !to || image_write(to, job->out, &image);
	if (report.fault)
		report_fault(job, &report, 0);
	image_free(&image);
	return good && !report.fault;
}

/* A page of a TIFF; its strips are coded each for itself */
static bool decode_tiff_page(struct job *job, TIFF *tiff, FILE *to)
{
	struct ifax_fault_report report;
	struct coded_page coded;
	struct image image, strip;
	u32 i, lines = 0;
	bool good = true;

	job->page++;
	if (!tiff_format(tiff, job->in, &job->fmt) ||
	    !image_new(&image, job->fmt.width_px, job->fmt.length_lines))
		return false;
	for (i = 0; i < tiff_strips(tiff) && good && lines < image.lines; i++) {
		if (!tiff_strip(tiff, job->in, i, &coded, &job->fmt.length_lines)) {
			good = false;
			break;
		}
		good = page_decode(&job->fmt, coded.data, coded.bytes, &strip, &report);
		free(coded.data);
		if (!good)
			break;
		if (report.fault)
			report_fault(job, &report, lines);
		good = !report.fault;
		memcpy(image.rows + lines * image.stride, strip.rows, strip.lines * image.stride);
		lines += strip.lines;
		image_free(&strip);
	}
	image.lines = lines;
	if (to && !image_write(to, job->out, &image))
		good = false;
	image_free(&image);
	return good;
}

static bool read_all(FILE *from, const char *name, struct coded_page *coded)
{
	size_t room = 0;
	u8 *grown;

	coded->data = NULL;
	coded->bytes = 0;
	do {
		room = room ? room * 2 : 1 << 16;
		grown = room > IMAGE_BYTES_MAX ? NULL : realloc(coded->data, room);
		if (!grown) {
			fprintf(stderr, "%s: too large\n", name);
			free(coded->data);
			return false;
		}
		coded->data = grown;
		coded->bytes += fread(coded->data + coded->bytes, 1, room - coded->bytes, from);
	} while (coded->bytes == room);
	if (!ferror(from))
		return true;
	fprintf(stderr, "%s: %s\n", name, strerror(errno));
	free(coded->data);
	return false;
}

static bool is_tiff(const struct coded_page *coded)
{
	return coded->bytes >= 8 && (!memcmp(coded->data, "II*\0", 4) ||
				     !memcmp(coded->data, "MM\0*", 4));
}

static int decode(struct job *job)
{
	FILE *from = open_file(job->in, "r"), *to = NULL;
	struct coded_page coded;
	TIFF *tiff = NULL;
	bool good = false;

	if (!from || !read_all(from, job->in, &coded))
		goto out;
	if (job->out) {
		to = open_file(job->out, "w");
		if (!to)
			goto out_coded;
	}
	if (is_tiff(&coded)) {
		tiff = tiff_open(job->in);
		good = tiff;
		while (tiff) {
			good = decode_tiff_page(job, tiff, to) && good;
			if (!TIFFReadDirectory(tiff))
				break;
		}
		if (tiff)
			TIFFClose(tiff);
	} else {
		good = decode_data(job, &coded, to);
	}
	if (to && fclose(to)) {
		fprintf(stderr, "%s: %s\n", job->out, strerror(errno));
		good = false;
	}
out_coded:
	free(coded.data);
out:
	if (from && from != stdin)
		fclose(from);
	return !good;
}

static bool number(const char *text, u32 most, u32 *value)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*value = n;
	return *text >= '0' && *text <= '9' && !*end && n <= most;
}

static bool coding(const char *text, u32 *value)
{
	static const char *const names[] = { "raw", "mh", "mr", "mmr", "jbig" };

	for (*value = 0; *value < sizeof(names) / sizeof(names[0]); ++*value)
		if (!strcmp(text, names[*value]))
			return true;
	return false;
}

static bool resolution(const char *text, u32 dpi[2])
{
	return sscanf(text, "%5ux%5u", &dpi[0], &dpi[1]) == 2 && dpi[0] && dpi[1];
}

/* One option; false if its value is wrong */
static bool take_option(struct job *job, int option)
{
	switch (option) {
	case 'c':
		return coding(optarg, &job->fmt.coding);
	case 'k':
		return number(optarg, ~0U, &job->fmt.k);
	case 'w':
		return number(optarg, IFAX_WIDTH_PX_MAX, &job->fmt.width_px);
	case 'l':
		return number(optarg, ~0U, &job->fmt.length_lines);
	case 't':
		return number(optarg, 256, &job->grey.threshold);
	case OPTION_DPI:
		return resolution(optarg, job->dpi);
	case OPTION_VERIFY:
		job->verify = true;
		return true;
	default:
		job->fmt.flags |= option - OPTION_FLAG;
		return true;
	}
}

int main(int argc, char **argv)
{
	struct job job = {
		.fmt = { .coding = IFAX_CODING_MMR, .width_px = 1728, .k = K_DEFAULT },
		.grey.threshold = 128,
		.dpi = { 204, 196 },
	};
	const char *command;
	int option, files;

	while ((option = getopt_long(argc, argv, "c:k:w:l:t:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == '?')
			return wrong_use("wrong options", "");
		if (!take_option(&job, option))
			return wrong_use("wrong value: ", optarg);
	}
	if (job.fmt.k == K_DEFAULT)
		job.fmt.k = job.fmt.coding == IFAX_CODING_MR ? 4 : 0;
	command = optind < argc ? argv[optind++] : "";
	files = argc - optind;
	job.in = files > 0 ? argv[optind] : NULL;
	job.out = files > 1 ? argv[optind + 1] : NULL;
	if (!strcmp(command, "encode") && files == 2 && is_tiff_name(job.out)) {
		/* as TIFF wants it: MH has EOLs or whole bytes, MMR an EOFB */
		if (job.fmt.coding == IFAX_CODING_MH && !(job.fmt.flags & IFAX_FMT_ROW_ALIGNED))
			job.fmt.flags |= IFAX_FMT_EOL;
		if (job.fmt.coding == IFAX_CODING_MMR)
			job.fmt.flags |= IFAX_FMT_END;
	}
	if (ifax_codec_format_ok(&job.fmt))
		return wrong_use("these options contradict each other, or the width is 0", "");
	if (!strcmp(command, "encode") && files == 2)
		return encode(&job);
	if ((!strcmp(command, "decode") && files == 2) || (!strcmp(command, "check") && files == 1))
		return decode(&job);
	return wrong_use("say encode IN OUT, decode IN OUT or check IN, not ", command);
}
