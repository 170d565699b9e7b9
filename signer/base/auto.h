/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include <unistd.h>

/* Release at the end of the scope: AUTO(buf_done) struct buf b = ...; */
#define AUTO(done) __attribute__((cleanup(done)))

/* Hand the pointer on, and forget it here. */
#define TAKE(p) \
	({ \
		__auto_type take_ = (p); \
		(p) = NULL; \
		take_; \
	})

static inline void
auto_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

/* AUTO_FD int fd = -1; hand it on with TAKE_FD(fd). */
#define AUTO_FD AUTO(auto_closep)
#define TAKE_FD(fd) \
	({ \
		int take_ = (fd); \
		(fd) = -1; \
		take_; \
	})

#endif
