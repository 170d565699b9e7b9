#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every shell script, as shellcheck sees it.
set -eu
. "$(dirname -- "$0")/gate.sh"
command -v shellcheck > "$tmp/which" || skip "shellcheck is not installed"

# Left out: it takes functions called by name for dead code (SC2317), and
# wants quotes that would expand what awk and sed are to see (SC2016).
shells() {
	(cd -- "$1" && find . \( -name .git -o -path ./build \) -prune -o \
	    -type f \( -name '*.sh' -o -path './.ci/run' \) -print0 |
	    xargs -0 -r shellcheck -x -P SCRIPTDIR -e SC2317,SC2016) || true
}

printf '#!/bin/sh\necho "$1"\n' | put tests/good.sh
holds shells "$SOURCE"
printf '#!/bin/sh\nrm -rf $1\n' | catches shells tests/planted.sh
printf '#!/bin/bash\ncd $HOME/x\n' | catches shells .ci/run
exit $failed
