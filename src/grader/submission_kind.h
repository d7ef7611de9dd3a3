/* Whether what was handed in is an archive. Pure. */
#ifndef CUPEL_GRADER_SUBMISSION_KIND_H
#define CUPEL_GRADER_SUBMISSION_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "cupel/grader.h"

#define CUPEL_KIND_HEAD_SIZE 264 /* bytes of a file that tell: the magic of a tar is at 257 */

/* By the first len bytes: zip, 7z, tar, or what gzip, bzip2, xz and zstd make. */
bool cupel_kind_has_magic(const unsigned char *head, size_t len);

/*
 * A file called name (without folders) is an archive if its suffix says so (.zip .tar .7z, and
 * .tar.gz .tgz .tar.bz2 .tbz2 .tar.xz .txz .tar.zst .tzst, in any case); if not, and the intake
 * names it, it is a plain file; else its first bytes tell. A cpio is a plain file, whatever its
 * name: it is the form in which cupel itself packs what is none, and nobody hands it in.
 */
bool cupel_kind_is_archive(const char *name, const unsigned char *head, size_t len,
                           const struct cupel_intake *intake);

#endif
