// Makes each flush to the disk take longer: what it costs on a disk that answers over a network.
//
// Preloaded into Postgres. How much longer, in microseconds, is a 32-bit number in the file that JIRA_SYNC_BENCH_FLUSH names;
// it may change at any time.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const volatile int32_t *delay;

__attribute__((constructor)) static void find_delay(void) {
  const char *path = getenv("JIRA_SYNC_BENCH_FLUSH");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *map = mmap(NULL, sizeof(int32_t), PROT_READ, MAP_SHARED, file, 0);
  if (map != MAP_FAILED) delay = map;
  close(file);
}

static int flush(const char *name, int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (delay && *delay > 0) usleep((useconds_t)*delay);
  return real(file);
}

int fdatasync(int file) { return flush("fdatasync", file); }
int fsync(int file) { return flush("fsync", file); }
