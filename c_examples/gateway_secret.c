#define _POSIX_C_SOURCE 200809L

#include "gateway_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *path, const char *why)
{
    fprintf(stderr, "gateway: %s: %s\n", path, why);
    return 0;
}

static int check(int file, const char *path)
{
    struct stat status;

    if (fstat(file, &status) != 0)
        return refuse(path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return refuse(path, "is no regular file");
    if (status.st_uid != geteuid() && status.st_uid != 0)
        return refuse(path, "belongs to someone else");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return refuse(path, "others may use it: chmod 600 it");
    return 1;
}

/* By read(2): stdio would leave a copy in a buffer of its own. */
static int read_all(int file, gateway_secret *secret, const char *path)
{
    ssize_t count;

    secret->length = 0;
    do {
        count = read(file, secret->text + secret->length, sizeof secret->text - secret->length);
        if (count > 0)
            secret->length += (size_t)count;
    } while (count > 0 || (count < 0 && errno == EINTR));
    if (count < 0)
        return refuse(path, strerror(errno));
    while (secret->length > 0 && (secret->text[secret->length - 1] == '\n' || secret->text[secret->length - 1] == '\r'))
        secret->length--;
    return 1;
}

int gateway_secret_read(gateway_secret *secret, const char *path)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    int done;

    if (file < 0)
        return refuse(path, strerror(errno));
    done = check(file, path) && read_all(file, secret, path);
    close(file);
    return done;
}
