#include "base/musl.h"

#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the executable is loaded; the linker's. */
extern const ElfW(Ehdr) executable __asm__("__ehdr_start")
    __attribute__((visibility("hidden")));

/* What the linker asks for, and musl does for shared libraries alone: tables of pointers are
 * read-only once they are relocated. Before the other constructors. */
__attribute__((constructor(101))) static void protect_relocated(void)
{
    const uintptr_t page = getauxval(AT_PAGESZ);
    const uintptr_t start = (uintptr_t)&executable;
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)(start + executable.e_phoff);

    for (unsigned i = 0; i < executable.e_phnum; i++, header++) {
        if (header->p_type != PT_GNU_RELRO)
            continue;
        uintptr_t from = (start + header->p_vaddr) & ~(page - 1);
        uintptr_t to = (start + header->p_vaddr + header->p_memsz) & ~(page - 1);
        if (mprotect((void *)from, to - from, PROT_READ) < 0)
            __builtin_trap();
    }
}

const char *strerrordesc_np(int number)
{
    switch (number) {
#include "errno_texts.h"
    default:
        return NULL;
    }
}

int close_range(unsigned first, unsigned last, int flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

int open_tree(int dir_fd, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, dir_fd, path, flags);
}

int move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    return (int)syscall(SYS_move_mount, from_fd, from, to_fd, to, flags);
}

int mount_setattr(int dir_fd, const char *path, unsigned flags, struct mount_attr *attr,
                  size_t size)
{
    return (int)syscall(SYS_mount_setattr, dir_fd, path, flags, attr, size);
}
