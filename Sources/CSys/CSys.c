#define _GNU_SOURCE
#include "CSys.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>

int csys_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void csys_set_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

void csys_release_free_memory(void) { malloc_trim(0); }
