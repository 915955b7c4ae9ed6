#define _GNU_SOURCE
#include "CSys.h"

#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

int csys_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void csys_set_thread_name(const char *name) { pthread_setname_np(pthread_self(), name); }

void csys_release_free_memory(void) { malloc_trim(0); }

void csys_keep_memory_small(void) {
  mallopt(M_ARENA_MAX, 2);
  // Set, it no longer grows with what is freed: bodies of requests go back to the system at once.
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

/// Code that is never written is the same in the file, so that nothing is lost with its pages (madvise(2), MADV_DONTNEED).
static int release_code_of(struct dl_phdr_info *object, size_t size, void *page_size) {
  (void)size;
  uintptr_t page = *(uintptr_t *)page_size;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    // Relocations in code would be written into it; the dynamic section says so.
    if (segment->p_type == PT_DYNAMIC) {
      const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + segment->p_vaddr);
      for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_TEXTREL) return 0;
        if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)) return 0;
      }
    }
  }
  for (int index = 0; index < object->dlpi_phnum; index++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[index];
    if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) || (segment->p_flags & PF_W)) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    // Refused for what is no file, as the kernel's own page of code: then it stays.
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void csys_release_code(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  dl_iterate_phdr(release_code_of, &page);
}
