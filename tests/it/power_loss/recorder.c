/*
 * Records what a process does to the files below one directory, and what it says to Healthengine,
 * in one order. Loaded into the process with LD_PRELOAD; SQLite and the Rust library call these
 * functions of libc by name, so that nothing of the process is built differently for it.
 *
 *   RECORDER_ROOT       the directory, canonical
 *   RECORDER_LOG        the file that is appended to: records as `struct head`, path, bytes
 *   RECORDER_KILL_FILE  with RECORDER_KILL_AT: the process kills itself where it is about to flush
 *   RECORDER_KILL_AT    the file of this name for the n-th time, so that the flush does not happen
 *
 * One lock is held over a write and its record, so the log's order is the disk's. A flush has two
 * records: what was recorded before its first is on the disk by its second. What is said is
 * recorded before it is sent.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind {
    CREATED = 1,
    WRITTEN = 2,
    CUT = 3,
    FLUSHING = 4,
    FLUSHED = 5,
    REMOVED = 6,
    SAID = 7,
    /* Something that the images do not model was done to a file: the test fails on it. */
    UNKNOWN = 8,
};

struct head {
    uint32_t kind;
    uint32_t path_length;
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
};

#define MOST_FILES 65536
#define MOST_SAID 2048

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static char root[4096];
static size_t root_length;
static char doomed[256];
static long kills_at;
static int log_file = -1;
/* The inode open as each descriptor, if it is below the directory; else 0. */
static uint64_t open_as[MOST_FILES];
static char is_doomed[MOST_FILES];

static void give_up(const char *why)
{
    fprintf(stderr, "recorder: %s: %s\n", why, strerror(errno));
    abort();
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        give_up(name);
    return found;
}

#define NEXT(name) ((__typeof__(&name))next(#name))

__attribute__((constructor)) static void begin(void)
{
    const char *directory = getenv("RECORDER_ROOT");
    const char *log = getenv("RECORDER_LOG");
    const char *file = getenv("RECORDER_KILL_FILE");
    const char *at = getenv("RECORDER_KILL_AT");
    if (!directory || !log)
        return;
    root_length = strlen(directory);
    if (root_length >= sizeof root)
        give_up("RECORDER_ROOT is too long");
    memcpy(root, directory, root_length + 1);
    if (file && at) {
        snprintf(doomed, sizeof doomed, "/%s", file);
        kills_at = atol(at);
    }
    log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                            0600);
    if (log_file < 0)
        give_up("RECORDER_LOG cannot be opened");
}

static void put(const void *bytes, size_t length)
{
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, log_file, at, length);
        if (done < 0) {
            if (errno == EINTR)
                continue;
            give_up("the log cannot be written");
        }
        at += done;
        length -= (size_t)done;
    }
}

/* With the lock held. The record is one write, so that a kill does not cut it. */
static void note(enum kind kind, const char *path, uint64_t inode, uint64_t offset,
                 const void *bytes, uint64_t length)
{
    static char record[1 << 20];
    int saved = errno;
    struct head head = {kind, path ? (uint32_t)strlen(path) : 0, inode, offset, length};
    size_t carried = bytes ? length : 0;
    if (sizeof head + head.path_length + carried > sizeof record)
        give_up("a write is longer than the recorder takes");
    if (!bytes)
        head.length = 0;
    memcpy(record, &head, sizeof head);
    if (path)
        memcpy(record + sizeof head, path, head.path_length);
    if (carried)
        memcpy(record + sizeof head + head.path_length, bytes, carried);
    put(record, sizeof head + head.path_length + carried);
    errno = saved;
}

/* The path below the directory, or NULL. The -shm file is memory, rebuilt at every start. */
static const char *below(int at, const char *path, char whole[8192])
{
    size_t length;
    if (log_file < 0 || !path)
        return NULL;
    if (path[0] == '/') {
        snprintf(whole, 8192, "%s", path);
    } else {
        char here[4096];
        if (at != AT_FDCWD || !getcwd(here, sizeof here))
            return NULL;
        snprintf(whole, 8192, "%s/%s", here, path);
    }
    length = strlen(whole);
    if (strncmp(whole, root, root_length) != 0)
        return NULL;
    if (whole[root_length] != '/' && whole[root_length] != '\0')
        return NULL;
    if (length > 4 && strcmp(whole + length - 4, "-shm") == 0)
        return NULL;
    return whole;
}

static int is_tracked(int fd)
{
    return fd >= 0 && fd < MOST_FILES && open_as[fd] != 0;
}

static int opened(int at, const char *path, int flags, mode_t mode)
{
    char whole[8192];
    const char *known = below(at, path, whole);
    struct stat before, after;
    int existed, fd;
    if (!known)
        return (int)syscall(SYS_openat, at, path, flags | O_LARGEFILE, mode);
    pthread_mutex_lock(&order);
    existed = stat(known, &before) == 0;
    fd = (int)syscall(SYS_openat, at, path, flags | O_LARGEFILE, mode);
    if (fd >= 0 && fd < MOST_FILES && fstat(fd, &after) == 0) {
        size_t name = strlen(known), end = strlen(doomed);
        open_as[fd] = after.st_ino;
        is_doomed[fd] = end > 0 && name >= end && strcmp(known + name - end, doomed) == 0;
        if (!existed)
            note(CREATED, known, after.st_ino, 0, NULL, 0);
        else if ((flags & O_TRUNC) && before.st_size > 0)
            note(CUT, NULL, after.st_ino, 0, NULL, 0);
    }
    pthread_mutex_unlock(&order);
    return fd;
}

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if (((flags) & O_CREAT) || ((flags) & O_TMPFILE) == O_TMPFILE) {                                                       \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = (mode_t)va_arg(rest, int);                                                          \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return opened(AT_FDCWD, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return opened(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return opened(at, path, flags, mode);
}

int close(int fd)
{
    if (is_tracked(fd)) {
        pthread_mutex_lock(&order);
        open_as[fd] = 0;
        is_doomed[fd] = 0;
        pthread_mutex_unlock(&order);
    }
    return (int)syscall(SYS_close, fd);
}

int mkdir(const char *path, mode_t mode)
{
    char whole[8192];
    const char *known = below(AT_FDCWD, path, whole);
    struct stat made;
    int done;
    if (!known)
        return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&order);
    done = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (done == 0 && stat(known, &made) == 0)
        note(CREATED, known, made.st_ino, 1, NULL, 0);
    pthread_mutex_unlock(&order);
    return done;
}

int unlinkat(int at, const char *path, int flags)
{
    char whole[8192];
    const char *known = below(at, path, whole);
    int done;
    if (!known)
        return (int)syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&order);
    done = (int)syscall(SYS_unlinkat, at, path, flags);
    if (done == 0)
        note(REMOVED, known, 0, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    return done;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

/* What the connector does not do to its databases; should it begin to, the test must be told. */
static void unknown(const char *what, int fd, const char *path)
{
    char whole[8192];
    if (!is_tracked(fd) && !below(AT_FDCWD, path, whole))
        return;
    pthread_mutex_lock(&order);
    note(UNKNOWN, what, 0, 0, NULL, 0);
    pthread_mutex_unlock(&order);
}

int rename(const char *from, const char *to)
{
    unknown("rename", -1, from);
    unknown("rename", -1, to);
    return NEXT(rename)(from, to);
}

int link(const char *from, const char *to)
{
    unknown("link", -1, to);
    return NEXT(link)(from, to);
}

int fallocate(int fd, int mode, off_t offset, off_t length)
{
    unknown("fallocate", fd, NULL);
    return NEXT(fallocate)(fd, mode, offset, length);
}

int fallocate64(int fd, int mode, off64_t offset, off64_t length)
{
    unknown("fallocate64", fd, NULL);
    return NEXT(fallocate64)(fd, mode, offset, length);
}

int posix_fallocate64(int fd, off64_t offset, off64_t length)
{
    unknown("posix_fallocate64", fd, NULL);
    return NEXT(posix_fallocate64)(fd, offset, length);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    unknown("pwritev", fd, NULL);
    return NEXT(pwritev)(fd, parts, count, offset);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t count)
{
    unknown("sendfile", to, NULL);
    return NEXT(sendfile)(to, from, offset, count);
}

/* A request's head begins a piece of its own: the client flushes one request after the other. */
static void said(const void *bytes, size_t length)
{
    if (log_file < 0 || length < 6 || memcmp(bytes, "POST /", 6) != 0)
        return;
    pthread_mutex_lock(&order);
    note(SAID, NULL, 0, 0, bytes, length < MOST_SAID ? length : MOST_SAID);
    pthread_mutex_unlock(&order);
}

static ssize_t placed(int fd, const void *bytes, size_t length, off_t offset, int moves)
{
    ssize_t done;
    pthread_mutex_lock(&order);
    if (moves) {
        offset = (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        done = syscall(SYS_write, fd, bytes, length);
    } else {
        done = syscall(SYS_pwrite64, fd, bytes, length, offset);
    }
    if (done > 0)
        note(WRITTEN, NULL, open_as[fd], (uint64_t)offset, bytes, (uint64_t)done);
    pthread_mutex_unlock(&order);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    if (is_tracked(fd))
        return placed(fd, bytes, length, 0, 1);
    said(bytes, length);
    return syscall(SYS_write, fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset)
{
    if (is_tracked(fd))
        return placed(fd, bytes, length, offset, 0);
    return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    return pwrite(fd, bytes, length, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    unknown("writev", fd, NULL);
    if (count > 0)
        said(parts[0].iov_base, parts[0].iov_len);
    return syscall(SYS_writev, fd, parts, count);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    said(bytes, length);
    return syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0);
}

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
               socklen_t to_length)
{
    said(bytes, length);
    return syscall(SYS_sendto, fd, bytes, length, flags, to, to_length);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (message->msg_iovlen > 0)
        said(message->msg_iov[0].iov_base, message->msg_iov[0].iov_len);
    return syscall(SYS_sendmsg, fd, message, flags);
}

int ftruncate64(int fd, off64_t length)
{
    int done;
    if (!is_tracked(fd))
        return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&order);
    done = (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0)
        note(CUT, NULL, open_as[fd], (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&order);
    return done;
}

int ftruncate(int fd, off_t length)
{
    return ftruncate64(fd, length);
}

static int flushed(int fd, long call)
{
    static uint64_t count;
    uint64_t inode, number;
    int done;
    if (!is_tracked(fd))
        return (int)syscall(call, fd);
    pthread_mutex_lock(&order);
    inode = open_as[fd];
    number = ++count;
    note(FLUSHING, NULL, inode, number, NULL, 0);
    if (is_doomed[fd] && --kills_at == 0)
        syscall(SYS_kill, getpid(), SIGKILL);
    pthread_mutex_unlock(&order);
    done = (int)syscall(call, fd);
    if (done == 0) {
        pthread_mutex_lock(&order);
        note(FLUSHED, NULL, inode, number, NULL, 0);
        pthread_mutex_unlock(&order);
    }
    return done;
}

int fsync(int fd)
{
    return flushed(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return flushed(fd, SYS_fdatasync);
}
