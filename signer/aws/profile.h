/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include "signer/base/buf.h"
#include "signer/base/err.h"
#include "signer/base/pool.h"

/*
 * The reader of ~/.aws/config, ~/.aws/credentials and /etc/stskey/config, as
 * botocore reads them (Python's configparser: = or :, # and ; at the start of
 * a line, keys in lower case, continuation lines, nested blocks, [DEFAULT]).
 * Spans into the text out; no limit on the length of lines or names.  Two
 * differences: a NUL byte is refused, and only ASCII letters lose their case.
 */
enum { PROFILE_MAX = 8 << 20 }; /* bytes of a file; more is no config */

struct profile_entry {
	struct bytes key;   /* as written; compared without case */
	struct bytes value; /* trimmed; raw continuation lines included */
	size_t line;        /* from 1 */
	bool nested;        /* a block: `s3 =` and indented lines */
};

struct profile_section {
	struct bytes name;    /* between the brackets, as written */
	struct bytes profile; /* profile_name() of it */
	size_t line;
	size_t first, count; /* in entries */
};

/* Borrows path and text until profile_done(). */
struct profile_file {
	const char *path; /* for file:line */
	struct bytes text;
	struct profile_section *sections;
	size_t nsections, sections_cap;
	struct profile_entry *entries;
	size_t nentries, entries_cap;
	size_t ndefaults;  /* sections called DEFAULT */
	struct pool names; /* of profiles, where they had quotes */
};

#define PROFILE_FILE_INIT ((struct profile_file){ 0 })
#define AUTO_PROFILE AUTO(profile_done)

/* RC_CONFIG with path:line for what botocore refuses as well. */
enum rc profile_read(
    struct profile_file *f, const char *path, struct bytes text, struct err *e);
void profile_done(struct profile_file *f);

/* The section of a profile: "profile NAME" or "default" in a config file
 * (quotes as in botocore), NAME itself in a credentials file.  NULL: none. */
const struct profile_section *profile_find(
    const struct profile_file *f, const char *name, bool config);
/* A section by its literal name: "defaults", "policy", "services X". */
const struct profile_section *profile_section(
    const struct profile_file *f, const char *name);
/* An entry of the section, else of [DEFAULT]; NULL where s is NULL. */
const struct profile_entry *profile_entry(const struct profile_file *f,
    const struct profile_section *s, const char *key);
/* The profile name a config section stands for; len 0: not a profile. */
struct bytes profile_name(const struct profile_section *s);
/* A value as botocore would return it: lines joined by \n, each trimmed. */
void profile_value(const struct profile_entry *v, struct buf *ret);

/* The text with keys of one section set (value NULL: removed), the section
 * added at the end when it is not there; every other byte stays.  section is
 * as in the file, or "profile NAME", with quotes where a new NAME needs them.
 * RC_CONFIG: a name or value that would not be read back as it is. */
struct profile_set {
	const char *key, *value;
};
enum rc profile_edit(const struct profile_file *f, const char *section,
    const struct profile_set *sets, size_t n, struct buf *ret, struct err *e);
/* The text without one section (its comments directly above stay). */
enum rc profile_remove_section(const struct profile_file *f,
    const char *section, struct buf *ret, struct err *e);

#endif
