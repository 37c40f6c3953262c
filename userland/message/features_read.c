// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "features.h"
#include "features_read.h"
#include "line.h"

int features_read(FILE *in, FILE *out, struct failure *failure)
{
	char expression[FEATURES_BYTES_MAX + 2];
	struct features_summary summary;
	size_t bytes = fread(expression, 1, sizeof(expression) - 1, in);

	expression[bytes] = 0;
	if (strlen(expression) != bytes || bytes > FEATURES_BYTES_MAX)
		return fail(failure, EXIT_INPUT, "no feature expression has a NUL, or %d bytes",
			    FEATURES_BYTES_MAX + 1);
	if (features_summarise(expression, &summary))
		return fail(failure, EXIT_INPUT, "this is no feature expression");
	print_line(out, "codings=", summary.codings);
	print_line(out, "dpi=", summary.dpi);
	print_line(out, "sizes=", summary.sizes);
	fputs("ok\n", out);
	return 0;
}
