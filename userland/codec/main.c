// SPDX-License-Identifier: GPL-2.0
/*
 * ifax-codec: pages of pixels to coded data and back, and from one coding to
 * another, by the code that runs in the kernel.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "job.h"
#include "output.h"

static const char usage[] =
"Usage: ifax-codec encode [OPTION]... IN OUT       PBM (P4) or PGM (P5) to coded data or TIFF\n"
"       ifax-codec decode [OPTION]... IN OUT       coded data or TIFF to PBM\n"
"       ifax-codec check [OPTION]... IN            decode, write nothing, report faults\n"
"       ifax-codec transcode [OPTION]... IN OUT    coded data or TIFF to another coding\n"
"       ifax-codec splice [OPTION]... BAND IN OUT  put a PBM or PGM on top of coded pages,\n"
"                                                  which are not coded anew\n"
"\n"
"IN, BAND and OUT may be - (standard input, output), but a TIFF cannot be written there.\n"
"OUT is a TIFF if its name ends in .tif or .tiff; what IN is tells its content. A PBM\n"
"stream of several pages makes a TIFF of several pages, and the other way round.\n"
"\n"
"Coded data: what encode and transcode write, what decode, check and splice read, unless\n"
"it is a TIFF, which says it itself:\n"
"  -c, --coding CODING   raw, mh, mr, mmr or jbig (mmr)\n"
"  -k, --k N             MR: every N-th line one-dimensional, 0: only the first (4);\n"
"                        JBIG: lines in a stripe (128)\n"
"  -w, --width PIXELS    pixels in a line (1728)\n"
"  -l, --length LINES    lines of the page (0: as many as there are)\n"
"      --lsb-first       the first bit is the least significant of a byte\n"
"      --eol             MH: an EOL before each line (MR always has them)\n"
"      --eol-aligned     fill bits so that each EOL ends at a byte boundary\n"
"      --end             write an RTC (MH, MR) or EOFB (MMR); a TIFF of MMR has one\n"
"      --row-aligned     each line begins at a byte boundary\n"
"      --white-is-1      invert the pixels\n"
"      --from LIST       transcode: what IN is, unless it is a TIFF: a coding and\n"
"                        options, such as mh,eol,lsb-first (its width and length: -w, -l)\n"
"\n"
"  -t, --threshold N     PGM: what is darker than N of 255 is black, 1 to 255 (128)\n"
"  -g, --grey MODE       PGM: threshold, adaptive, dither or diffuse (threshold)\n"
"      --scale XxY:XxY   decode, check, transcode: from one resolution to another\n"
"      --conceal         MH, MR: go on behind wrong lines with the last good one\n"
"      --replace LINES   splice: the band takes the place of so many lines (0: it stands\n"
"                        above the page)\n"
"      --dpi XxY         resolution to write into a TIFF (that of IN, or 204x196)\n"
"      --verify          encode, transcode: decode again and compare\n"
"  -h, --help            this text\n"
"\n"
"Exit status: 0: all is well; 1: the input is at fault, or cannot be read or written;\n"
"2: wrong options. Of a page with a fault, the lines before it are written.\n";

/* In &struct command.takes an option is a letter, also if it has only a long name */
enum {
	OPTION_DPI = 'd',
	OPTION_VERIFY = 'v',
	OPTION_SCALE = 's',
	OPTION_CONCEAL = 'n',
	OPTION_REPLACE = 'r',
	OPTION_FROM = 'f',
	OPTION_FLAGS = 'o',
	OPTION_FLAG = 256,	/* and the IFAX_FMT_ flag */
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
	{ "from", required_argument, NULL, OPTION_FROM },
	{ "dpi", required_argument, NULL, OPTION_DPI },
	{ "threshold", required_argument, NULL, 't' },
	{ "grey", required_argument, NULL, 'g' },
	{ "scale", required_argument, NULL, OPTION_SCALE },
	{ "conceal", no_argument, NULL, OPTION_CONCEAL },
	{ "replace", required_argument, NULL, OPTION_REPLACE },
	{ "verify", no_argument, NULL, OPTION_VERIFY },
	{ "help", no_argument, NULL, 'h' },
	{ 0 }
};

#define K_DEFAULT	~0U	/* as the coding has it */

static int wrong_use(const char *text, const char *value)
{
	fprintf(stderr, "ifax-codec: %s%s\n%s", text, value, "Try ifax-codec --help\n");
	return 2;
}

static const char *option_name(int value)
{
	const struct option *option = options;

	while (option->name && option->val != value)
		option++;
	return option->name ?: "";
}

static int wrong_value(int option, const char *value)
{
	char text[64];

	snprintf(text, sizeof(text), "--%s: wrong value: ", option_name(option));
	return wrong_use(text, value);
}

static bool number(const char *text, u32 most, u32 *value)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*value = n;
	return *text >= '0' && *text <= '9' && !*end && n <= most;
}

/* Which of the names is it? */
static bool choice(const char *text, const char *const *names, u32 *value)
{
	for (*value = 0; names[*value]; ++*value)
		if (!strcmp(text, names[*value]))
			return true;
	return false;
}

static const char *const codings[] = { "raw", "mh", "mr", "mmr", "jbig", NULL };
static const char *const modes[] = { "threshold", "adaptive", "dither", "diffuse", NULL };

static bool resolution(const char *text, u32 dpi[2])
{
	return sscanf(text, "%5ux%5u", &dpi[0], &dpi[1]) == 2 && dpi[0] && dpi[1] &&
	       dpi[0] <= IFAX_SCALE_MAX && dpi[1] <= IFAX_SCALE_MAX;
}

static bool scaling(struct job *job, const char *text)
{
	const char *to = strchr(text, ':');

	job->scaled = true;
	return to && resolution(text, job->scale_from) && resolution(to + 1, job->scale_to);
}

/* mh,eol,lsb-first: a coding, and options by the names that they have as such */
static bool list(char *text, struct ifax_codec_format *fmt)
{
	const struct option *option;
	char *word;

	fmt->coding = ~0U;
	for (word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		u32 value;

		if (choice(word, codings, &value)) {
			fmt->coding = value;
			continue;
		}
		for (option = options; option->name; option++)
			if (option->val >= OPTION_FLAG && !strcmp(option->name, word))
				break;
		if (!option->name)
			return false;
		fmt->flags |= option->val - OPTION_FLAG;
	}
	return fmt->coding != ~0U;
}

/* One option; false if its value is wrong */
static bool take_option(struct job *job, int option)
{
	switch (option) {
	case 'c':
		return choice(optarg, codings, &job->fmt.coding);
	case 'k':
		return number(optarg, ~0U, &job->fmt.k);
	case 'w':
		return number(optarg, IFAX_WIDTH_PX_MAX, &job->fmt.width_px);
	case 'l':
		return number(optarg, ~0U, &job->fmt.length_lines);
	case 't':
		return number(optarg, 255, &job->grey.threshold) && job->grey.threshold;
	case 'g':
		return choice(optarg, modes, &job->grey.mode);
	case OPTION_DPI:
		return resolution(optarg, job->dpi);
	case OPTION_SCALE:
		return scaling(job, optarg);
	case OPTION_FROM:
		return list(optarg, &job->from);
	case OPTION_REPLACE:
		return number(optarg, ~0U, &job->replaced_lines);
	case OPTION_VERIFY:
		job->verify = true;
		return true;
	case OPTION_CONCEAL:
		job->conceal = true;
		return true;
	default:
		job->fmt.flags |= option - OPTION_FLAG;
		return true;
	}
}

static const struct command {
	const char *name;
	int (*run)(struct job *job);
	int files;
	bool coding_out;	/* the options of coded data are those of OUT */
	const char *takes;	/* options */
} commands[] = {
	{ "encode", job_encode, 2, true, "ckotgdv" },
	{ "decode", job_decode, 2, false, "ckwlosn" },
	{ "check", job_decode, 1, false, "ckwlosn" },
	{ "transcode", job_transcode, 2, true, "ckwlofsndv" },
	{ "splice", job_splice, 3, false, "ckwlotgrd" },
};

static const struct command *command(const char *name, int files)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(name, commands[i].name) && files == commands[i].files)
			return &commands[i];
	return NULL;
}

/* Would writing the one destroy the other? */
static bool same_file(const char *in, const char *out)
{
	struct stat a, b;

	return in && out && !stat(in, &a) && !stat(out, &b) && S_ISREG(a.st_mode) &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* An option that has no effect is a misunderstanding */
static int check_use(const struct command *what, const struct job *job, const int *given)
{
	char text[64] = "";
	int i;

	for (i = 0; i < OPTION_FLAG && !text[0]; i++)
		if (given[i] && !strchr(what->takes, i))
			snprintf(text, sizeof(text), "%s takes no --%s", what->name,
				 option_name(given[i]));
	if (!text[0] && given['k'] && job->fmt.coding != IFAX_CODING_MR &&
	    job->fmt.coding != IFAX_CODING_JBIG)
		snprintf(text, sizeof(text), "%s has no --k: only mr and jbig do",
			 codings[job->fmt.coding]);
	return text[0] ? wrong_use(text, "") : 0;
}

/* What has not been said */
static void fill_in(struct job *job, const struct command *what)
{
	if (job->fmt.k == K_DEFAULT)
		job->fmt.k = job->fmt.coding == IFAX_CODING_MR ? 4 : 0;
	job->from.width_px = job->fmt.width_px;
	job->from.length_lines = job->fmt.length_lines;
	if (!what->coding_out || !output_is_tiff(job->out))
		return;
	/* as TIFF wants it: MH has EOLs or whole bytes, MMR an EOFB */
	if (job->fmt.coding == IFAX_CODING_MH && !(job->fmt.flags & IFAX_FMT_ROW_ALIGNED))
		job->fmt.flags |= IFAX_FMT_EOL;
	if (job->fmt.coding == IFAX_CODING_MMR)
		job->fmt.flags |= IFAX_FMT_END;
}

int main(int argc, char **argv)
{
	struct job job = {
		.fmt = { .coding = IFAX_CODING_MMR, .width_px = 1728, .k = K_DEFAULT },
		.from = { .coding = IFAX_CODING_MMR },
		.grey = { .mode = IFAX_GREY_THRESHOLD, .threshold = 128 },
	};
	const struct command *what;
	int given[OPTION_FLAG] = {};
	int option, files, status;

	while ((option = getopt_long(argc, argv, "c:k:w:l:t:g:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (option == '?')
			return wrong_use("wrong options", "");
		given[option < OPTION_FLAG ? option : OPTION_FLAGS] = option;
		if (!take_option(&job, option))
			return wrong_value(option, optarg);
	}
	files = argc - optind - 1;
	what = files >= 0 ? command(argv[optind], files) : NULL;
	if (!what)
		return wrong_use("say encode IN OUT, decode IN OUT, check IN, transcode IN OUT "
				 "or splice BAND IN OUT", "");
	status = check_use(what, &job, given);
	if (status)
		return status;
	argv += optind + 1;
	if (files == 3)
		job.band = *argv++;
	job.in = argv[0];
	job.out = files > 1 ? argv[1] : NULL;
	if (same_file(job.in, job.out) || same_file(job.band, job.out))
		return wrong_use("what is read and what is written are the same file: ", job.out);
	fill_in(&job, what);
	if (ifax_codec_format_ok(&job.fmt) || ifax_codec_format_ok(&job.from))
		return wrong_use("these options contradict each other, or the width is 0", "");
	return what->run(&job);
}
