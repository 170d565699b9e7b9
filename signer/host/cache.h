/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HOST_CACHE_H
#define HOST_CACHE_H

#include <stdint.h>

#include "signer/base/buf.h"
#include "signer/base/err.h"

/*
 * Sessions on disk: a header line, then the answer verbatim, so that a hit
 * parses no JSON.  The header is
 *
 *	stskey1 EXPIRES MADE SKEW KEY\n
 *
 * in decimal seconds; KEY is the link's cache key, compared byte for byte
 * (docs: FILES in stskey(1)).  A file that is torn or of another key is no
 * entry; one that is a link or somebody else's is an error.
 *
 * When it was last used is the file's time of modification, which nothing
 * else changes: its content is never written twice.
 */

struct cache_entry {
	int64_t expires; /* by the service's clock */
	int64_t made;    /* by ours */
	int64_t skew;    /* the service's clock less ours, when it was made */
	struct bytes answer;
	int64_t used; /* by ours, to the minute: cache_use() */
};

/* Seconds it has left at now (our clock). */
int64_t cache_left(const struct cache_entry *entry, int64_t now);

/* The header and the rest; RC_FORMAT.  Spans into text. */
enum rc cache_parse(
    struct bytes text, const char *key, struct cache_entry *ret, struct err *e);

/*
 * The entry of key in the file dir/name; spans into *text.  RC_NOTFOUND: none
 * that can be used; RC_CONFIG: the file is not ours to trust.
 */
enum rc cache_read(const char *path, const char *key, struct buf *text,
    struct cache_entry *ret, struct err *e);
/*
 * It was served, or signed something, now: one utimensat(2), and none where
 * that is known of this minute.
 */
void cache_use(const char *path, const struct cache_entry *entry);
enum rc cache_write(const char *path, const char *key,
    const struct cache_entry *entry, struct err *e);

#endif
