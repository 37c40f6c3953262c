// SPDX-License-Identifier: GPL-2.0
/* Feature expressions: of the RFCs, of machines, wrong ones, and whatever chance makes of them. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userland/message/features.h"

static int count, failed;

static void ok(bool good, const char *name)
{
	count++;
	failed += !good;
	printf("%s %d - %s\n", good ? "ok" : "not ok", count, name);
}

static enum features_answer judge(const char *expression, const char *tag, const char *value)
{
	struct feature feature = { tag, value };

	return features_judge(expression, &feature, 1);
}

static void hash_is(const char *expression, const char *wanted, const char *name)
{
	char hash[FEATURES_HASH_BYTES];

	features_hash(expression, strlen(expression), hash);
	ok(!strcmp(hash, wanted), name);
	if (strcmp(hash, wanted))
		printf("# %s\n", hash);
}

/* @wanted: "CODINGS|DPI|SIZES"; NULL: it is no expression */
static void means(const char *expression, const char *wanted, const char *name)
{
	struct features_summary summary;
	int err = features_summarise(expression, &summary);
	char got[sizeof(summary) + 3];

	snprintf(got, sizeof(got), "%s|%s|%s", summary.codings, summary.dpi, summary.sizes);
	ok(wanted ? !err && !strcmp(got, wanted) : err, name);
	if (!wanted || strcmp(got, wanted))
		printf("# %d %s\n", err, got);
}

static const char panasonic[] =
	"\n (& (color=Binary)\n (image-file-structure=TIFF-minimal) (MRC-mode=0)\n"
	" (paper-size=[A4,B4,letter,legal]) (ua-media=stationery) (image-coding=[MH,MR,MMR])\n"
	" (| (& (dpi=200) (dpi-xyratio=[200/100,1]))\n"
	" (& (dpi=204) (dpi-xyratio=[204/98,204/196,204/391]))\n"
	" (& (dpi=408) (dpi-xyratio=[408/391])) ) )";

static void try_answers(void)
{
	static const struct {
		const char *expression, *tag, *value;
		enum features_answer answer;
	} tries[] = {
		{ "(dpi=204)", "dpi", "204", FEATURES_YES },
		{ "(dpi=204)", "dpi", "200", FEATURES_NO },
		{ "(dpi=204)", "color", "Binary", FEATURES_UNKNOWN },
		{ "(color=binary)", "Color", "BINARY", FEATURES_YES },
		{ "(pix-x<=200)", "pix-x", "199", FEATURES_YES },
		{ "(pix-x<=200)", "pix-x", "201", FEATURES_NO },
		{ "(pix-x>=200)", "pix-x", "201", FEATURES_YES },
		{ "(dpi=[100,204..408])", "dpi", "300", FEATURES_YES },
		{ "(dpi=[100,204..408])", "dpi", "101", FEATURES_NO },
		{ "(dpi-xyratio=[204/98,204/196])", "dpi-xyratio", "408/392", FEATURES_YES },
		{ "(dpi-xyratio=1)", "dpi-xyratio", "200/200", FEATURES_YES },
		{ "(! (dpi=204))", "dpi", "204", FEATURES_NO },
		{ "(! (color=grey))", "dpi", "204", FEATURES_UNKNOWN },
		{ "(& (dpi=204) (color=grey))", "dpi", "204", FEATURES_UNKNOWN },
		{ "(& (dpi=200) (color=grey))", "dpi", "204", FEATURES_NO },
		{ "(| (dpi=204) (color=grey))", "dpi", "204", FEATURES_YES },
		{ "(| (dpi=200) (color=grey))", "dpi", "204", FEATURES_UNKNOWN },
		{ "( & (dpi = 204) ( dpi >= 100 ) )", "dpi", "204", FEATURES_YES },
		{ "(type=\"image/tiff\")", "type", "image/tiff", FEATURES_YES },
		{ "(& (dpi=204);q=0.5 (dpi=204);q=1);q=0", "dpi", "204", FEATURES_YES },
		{ "(h.SBB5REAOMHC09CP2GM4V07PQP0)", "pix-x", "1", FEATURES_UNKNOWN },
		{ "(& (dpi=204) (h.SBB5REAOMHC09CP2GM4V07PQP0)) where (h.SBB5REAOMHC09CP2GM4V07PQP0)"
		  " :- (& (pix-x<=200) (pix-y<=150) ) end", "pix-x", "300", FEATURES_NO },
		{ "(h.SBB5REAOMHC09CP2GM4V07PQP1) where (h.SBB5REAOMHC09CP2GM4V07PQP1)"
		  " :- (& (pix-x<=200) (pix-y<=150) ) end", "pix-x", "300", FEATURES_UNKNOWN },
		{ "(fax.telephone)", "dpi", "204", FEATURES_UNKNOWN },
		{ "", "dpi", "204", FEATURES_WRONG }, { "dpi=204", "dpi", "204", FEATURES_WRONG },
		{ "(dpi=204", "dpi", "204", FEATURES_WRONG }, { "()", "dpi", "1", FEATURES_WRONG },
		{ "(&)", "dpi", "204", FEATURES_WRONG }, { "(dpi=)", "dpi", "1", FEATURES_WRONG },
		{ "(dpi=[])", "dpi", "204", FEATURES_WRONG }, { "(dpi==2)", "dpi", "1", FEATURES_WRONG },
		{ "(dpi=[1,])", "dpi", "204", FEATURES_WRONG }, { "(dpi=[1..])", "x", "1", FEATURES_WRONG },
		{ "(dpi<2)", "dpi", "204", FEATURES_WRONG }, { "(a=\"b)", "dpi", "1", FEATURES_WRONG },
		{ "(dpi=204))", "dpi", "204", FEATURES_WRONG }, { "(!)", "dpi", "1", FEATURES_WRONG },
		{ "(dpi=1/0)", "dpi", "1", FEATURES_NO },
	};
	char name[160];

	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		snprintf(name, sizeof(name), "C14: %.100s", tries[i].expression);
		ok(judge(tries[i].expression, tries[i].tag, tries[i].value) == tries[i].answer, name);
	}
}

/* The same dice for everybody. */
static unsigned int dice(unsigned int sides)
{
	static unsigned int seed = 1;

	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % sides;
}

/* Machines as RFC 2879, 4, and 2533 describe them: from a simple one to one with colour. */
static void try_machines(void)
{
	static const struct {
		const char *name, *expression, *wanted;
	} machines[] = {
		{ "S14: a machine of the simple mode",
		  "(& (color=Binary) (image-file-structure=TIFF-minimal) (MRC-mode=0)\r\n"
		  " (dpi=204) (dpi-xyratio=[204/98,204/196]) (image-coding=MH) (size-x<=2150/254)\r\n"
		  " (paper-size=A4) (ua-media=stationery))", "mh|204x98,204x196|a4" },
		{ "S14: one with better black and white, of several resolutions",
		  "(& (color=Binary) (MRC-mode=0) (ua-media=stationery)\r\n"
		  " (image-file-structure=[TIFF-minimal,TIFF-limited]) (paper-size=[A4,B4])\r\n"
		  " (image-coding=[MH,MR,MMR])\r\n"
		  " (| (& (dpi=204) (dpi-xyratio=[204/98,204/196,204/391]))\r\n"
		  "    (& (dpi=300) (dpi-xyratio=1)) ))",
		  "mh,mr,mmr|204x98,204x196,204x391,300x300|a4,b4" },
		{ "S14: one that sends colour, too: black and white is what counts",
		  "(| (& (color=Binary) (image-coding=[MH,MMR]) (dpi=204) (dpi-xyratio=204/196)\r\n"
		  "      (paper-size=A4))\r\n"
		  "   (& (color=Full) (image-coding=JPEG) (dpi=[100,200,300]) (dpi-xyratio=1)\r\n"
		  "      (color-subsampling=[\"1:1:1\",\"4:1:1\"]) (color-illuminant=D50)) )",
		  "mh,mmr|204x196|a4" },
	};

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		means(machines[i].expression, machines[i].wanted, machines[i].name);
}

static void mutate(unsigned int rounds)
{
	static const char signs[] = "()[]&|!=<>;,.\"/ h0";
	char text[2048];

	for (unsigned int i = 0; i < rounds; i++) {
		size_t bytes = strlen(panasonic);

		memcpy(text, panasonic, bytes + 1);
		for (unsigned int n = dice(6) + 1; n; n--) {
			size_t at = dice(bytes);

			if (dice(2))
				text[at] = signs[dice(sizeof(signs) - 1)];
			else
				memmove(text + at, text + at + 1, bytes-- - at);
		}
		judge(text, "image-coding", "MMR");
	}
}

/* Hashes of hashes: a short text that would take years to read. */
static void try_tower(void)
{
	char text[FEATURES_BYTES_MAX] = "", inner[512] = "(dpi=200)", hash[FEATURES_HASH_BYTES];
	char whole[FEATURES_BYTES_MAX];
	size_t used = 0;

	for (int floor = 0; floor < 14; floor++) {
		features_hash(inner, strlen(inner), hash);
		used += snprintf(text + used, sizeof(text) - used, " (%s) :- %s", hash, inner);
		strcpy(inner, "(|");
		for (int i = 0; i < 12; i++)
			snprintf(inner + strlen(inner), sizeof(inner) - strlen(inner), "(%s)",
				 hash);
		strcat(inner, ")");
	}
	snprintf(whole, sizeof(whole), "(%s) where%.8000s end", hash, text);
	ok(strlen(whole) < FEATURES_BYTES_MAX - 1 &&
	   judge(whole, "dpi", "100") == FEATURES_WRONG, "a tower of hashes has an end");
}

int main(int argc, char **argv)
{
	char deep[4096];

	setvbuf(stdout, NULL, _IOLBF, 0);
	try_answers();
	try_machines();
	hash_is("(& (pix-x<=200) (pix-y<=150) )", "h.SBB5REAOMHC09CP2GM4V07PQP0",
		"the hash that RFC 2938 shows");
	hash_is("(&(PIX-X<=200)\r\n\t(pix-y<=150))", "h.SBB5REAOMHC09CP2GM4V07PQP0",
		"white space and case do not count in a hash");
	means(panasonic, "mh,mr,mmr|204x98,204x196,204x391,408x391|a4,b4",
	      "S2: C14: what a Panasonic machine takes");
	means("(& (color=Binary) (image-file-structure=TIFF-minimal) (MRC-mode=0))", "mh||",
	      "C14: who does not name codings is not known to take more than MH");
	means("(& (color=Binary) (image-coding=[MH,MR,MMR,JBIG]))", "mh,mr,mmr,jbig||",
	      "C14: all codings");
	means("(& (color=Binary) (image-coding=[MH,MMR]) (dpi=[200,300,400]) (dpi-xyratio=1)"
	      " (paper-size=[A3,A4]))", "mh,mmr|204x196,300x300,408x391|a4,a3",
	      "C14: square resolutions are those of fax of another name");
	means("(& (color=Binary) (image-coding=MH) (dpi=204) (dpi-xyratio=204/98))", "mh|204x98|",
	      "C14: who takes standard resolution only");
	means("(& (color=Binary) (paper-size=A4) (| (& (image-coding=MH) (dpi=204)"
	      " (dpi-xyratio=[204/98,204/196])) (& (image-coding=MMR) (dpi=[204,408])"
	      " (dpi-xyratio=[204/196,408/391]))))", "mh,mmr|204x196|a4",
	      "C14: a resolution counts if all codings may have it");
	means("(& (color=grey) (image-coding=JPEG))", "||", "C14: grey only");
	means("(| (type=\"application/pdf\") (& (type=\"image/tiff\") (image-coding=[MH,MMR])))",
	      "mh,mmr||", "C14: PDF or TIFF: what is said of TIFFs");
	means("(| (h.0123456789) (image-coding=MH))", "mh||",
	      "C14: beside what nobody knows, no coding is promised");
	means("(h.AAA) where (h.AAA) :- (& (image-coding=MMR) (dpi=204)) end", "mh||",
	      "C14: nor by a hash that is not that of its words");
	means("(& (image-coding=MMR) (| (nothing-known=1) (dpi=[204,408])))", "mmr||",
	      "C14: nor resolutions");
	means("(! (image-coding=MMR))", "mh||", "C14: what is not taken promises nothing");
	means("(& (type=\"image/tiff-fx\") (image-coding=JBIG) (dpi>=200) (dpi<=408))",
	      "jbig|204x98,204x196,204x391,300x300,408x391|", "C14: TIFF-FX, from and up to");
	means("image-coding=MH", NULL, "no expression");
	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = 0;
	ok(judge(deep, "dpi", "1") == FEATURES_WRONG, "4095 brackets");
	for (size_t i = 0; i < sizeof(deep) - 3; i += 2)
		memcpy(deep + i, "(!", 3);
	ok(judge(deep, "dpi", "1") == FEATURES_WRONG, "2000 times not");
	ok(judge("(h.A) where (h.A) :- (h.A) end", "dpi", "1") == FEATURES_UNKNOWN,
	   "a hash that stands for itself");
	try_tower();
	mutate(argc > 1 ? strtoul(argv[1], NULL, 10) : 50000);
	ok(true, "mutations do no harm");
	printf("1..%d\n", count);
	return failed != 0;
}
