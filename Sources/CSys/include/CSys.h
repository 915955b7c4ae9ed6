#ifndef CSYS_H
#define CSYS_H

#include <stdint.h>

/// `eventfd(2)`, which Swift's Glibc module lacks on Debian 12: non-blocking and close-on-exec; -1 and errno on failure.
int csys_eventfd(void);

/// Names the calling thread (at most 15 bytes) so that `top -H` and gdb show what it is for.
void csys_set_thread_name(const char *name);

/// `malloc_trim(3)`: gives what is free in all of the allocator's arenas back to the system.
void csys_release_free_memory(void);

/// `mallopt(3)`: few arenas, and large blocks of their own, so that what many threads free is used again. For the start of a
/// process that is to run for long.
void csys_keep_memory_small(void);

/// Lets go of the pages of code that are mapped: what is used again comes back from the page cache, what was only used to
/// start does not.
void csys_release_code(void);

#endif
