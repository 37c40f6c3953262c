# SPDX-License-Identifier: GPL-2.0
#
# For prove --formatter: its own report, and as last line "N passed, N failed".
package Summary;

use strict;
use warnings;
use TAP::Formatter::Console;
use TAP::Formatter::File;

# As prove itself chooses: progress is for a terminal
our @ISA = -t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File';

sub summary
{
	my ($self, $aggregate, @rest) = @_;

	$self->SUPER::summary($aggregate, @rest);

	# A file that failed as a whole (exit code, broken plan) counts as one
	my $failed = $aggregate->failed;
	for my $parser ($aggregate->parsers) {
		$failed++ if !$parser->failed && $parser->has_problems && !$parser->todo_passed;
	}
	my $skipped = $aggregate->skipped;
	my $passed = $aggregate->passed - $skipped;
	print "$passed passed, $failed failed", $skipped ? ", $skipped skipped" : '', "\n";
}

1;
