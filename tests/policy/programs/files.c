/* Files, libraries and locale of C, and memory up to the limit. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <wchar.h>

enum { MIB = 1 << 20, HEAP_MIB = 200 };

static void temporary_files(void)
{
    char name[] = "/tmp/test-XXXXXX";
    struct stat st;

    int fd = mkstemp(name);
    int r = ftruncate(fd, 8192) | fchmod(fd, 0700) | fsync(fd) | flock(fd, LOCK_EX);
    r |= fcntl(fd, F_SETLK, &(struct flock){.l_type = F_WRLCK});
    char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        exit(1);
    map[0] = 'm';
    r |= msync(map, 8192, MS_SYNC) | stat(name, &st);
    FILE *stream = fopen(name, "r");
    int first = stream == NULL ? 0 : fgetc(stream);
    int nameless = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    printf("temporary %d %c %jd %d\n", r, first, (intmax_t)st.st_size, nameless >= 0);
}

static void folders(void)
{
    struct statvfs fs;
    int entries = 0;

    int r = mkdir("folder", 0755) | symlink("x", "folder/link") | mknod("folder/f", S_IFREG, 0);
    r |= mkfifo("folder/fifo", 0600) | rename("folder/f", "folder/g") | chdir("folder");
    r |= link("g", "h") | statvfs(".", &fs);
    DIR *here = opendir(".");
    while (here != NULL && readdir(here) != NULL)
        entries++;
    printf("folders %d %d\n", r, entries);
}

static void watches(void)
{
    char event[512];

    int fd = inotify_init();
    int r = inotify_add_watch(fd, "/box", IN_CREATE) < 0;
    r |= close(creat("/box/new", 0600));
    printf("watch %d %d\n", r, read(fd, event, sizeof(event)) > 0);
}

static void library(void)
{
    double (*root)(double) = NULL;

    void *math = dlopen("libm.so.6", RTLD_NOW);
    if (math != NULL)
        *(void **)&root = dlsym(math, "sqrt");
    printf("library %g\n", root == NULL ? 0 : root(81));
}

static void locales(void)
{
    const struct passwd *user = getpwuid(getuid());
    wchar_t wide[4];

    const char *name = setlocale(LC_ALL, "");
    size_t n = mbstowcs(wide, "ä", 4);
    printf("locale %s %zu %s %s\n", name, n, user == NULL ? "" : user->pw_name, getenv("HOME"));
}

static ucontext_t caller;
static ucontext_t callee;

static void in_context(void)
{
    (void)printf("context ");
}

static void contexts(void)
{
    static char stack[64 * 1024];
    jmp_buf back;

    (void)getcontext(&callee);
    callee.uc_stack.ss_sp = stack;
    callee.uc_stack.ss_size = sizeof(stack);
    callee.uc_link = &caller;
    makecontext(&callee, in_context, 0);
    (void)swapcontext(&caller, &callee);
    if (setjmp(back) == 0)
        longjmp(back, 1);
    puts("jump");
}

static void heap(void)
{
    size_t held = 0;

    for (; held < HEAP_MIB; held++) {
        char *block = malloc(MIB);
        if (block == NULL)
            break;
        memset(block, 1, MIB);
    }
    printf("heap %zu\n", held);
}

int main(void)
{
    temporary_files();
    folders();
    watches();
    library();
    locales();
    contexts();
    heap();
}
