package backend

/*
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
extern char **environ;
#endif

static int kept;

// Before Go's threads start, for each that allocates gets an arena of its own, which stays.
__attribute__((constructor)) static void keep(void) {
#ifdef __GLIBC__
	for (char **v = environ; *v; v++)
		if (!strncmp(*v, "MALLOC_", 7) || !strncmp(*v, "GLIBC_TUNABLES=", 15)) return;
	kept = mallopt(M_ARENA_MAX, 1) && mallopt(M_MMAP_MAX, 0) && mallopt(M_TOP_PAD, 64 << 20) &&
	       mallopt(M_TRIM_THRESHOLD, -1);
#endif
}

static int is_kept(void) { return kept; }
*/
import "C"

// KeepsMemory tells whether C's allocator keeps the memory that it once had: one arena, nothing
// mapped, nothing trimmed. glibc's does, from the start of the process on, unless one of its own
// variables is set: left to itself it maps and unmaps XLA's large buffers in each run of a graph,
// and the kernel fills their pages with zeros again.
func KeepsMemory() bool { return C.is_kept() == 1 }
