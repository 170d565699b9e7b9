/* SPDX-License-Identifier: Apache-2.0 */
#include "signer/cmd/status.h"
#include "signer/host/interrupt.h"
#include "signer/host/term.h"

enum { OUT_MAX = 1024 * 1024 };

/* The files are read anew each time: they are what is watched. */
static enum rc
compose(
    const char *profile, const struct screen *s, struct buf *out, struct err *e)
{
	AUTO_WORLD struct world w = { 0 };
	enum rc rc = world_load(&w, e);

	return rc == RC_OK ? status_table(&w, profile, s, out, e) : rc;
}

enum rc
status_watch(const char *profile, struct err *e)
{
	AUTO_DRAWING struct drawing d = { 0 };
	enum rc rc = drawing_begin(&d, e);

	/* It would be drawn over. */
	term_voice(TERM_QUIET);
	while (rc == RC_OK && !interrupt_caught(NULL)) {
		AUTO_BUF struct buf out = BUF_INIT(OUT_MAX);
		struct err wrong;

		if (compose(profile, &d.screen, &out, &wrong) != RC_OK) {
			buf_clear(&out);
			buf_str(&out, wrong.msg);
		}
		rc = drawing_show(&d, buf_bytes(&out), e);
		if (rc == RC_OK)
			drawing_pause(&d);
	}
	return rc;
}
