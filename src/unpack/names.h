/*
 * Which names and links a submission may hold. Pure; compiled into cupel-unpack, which refuses
 * by these rules, and into libcupel, which packs folders by them.
 */
#ifndef CUPEL_UNPACK_NAMES_H
#define CUPEL_UNPACK_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define CUPEL_NAME_COMPONENT_MAX 255 /* bytes */
#define CUPEL_NAME_PATH_MAX      1024
#define CUPEL_NAME_DEPTH_MAX     32 /* components of a path */
#define CUPEL_NAME_SIZE          (CUPEL_NAME_PATH_MAX + 1)

/*
 * Bring an entry's name to its plain form: "." components and surplus '/' are dropped, so
 * "./a//b/" becomes "a/b", and "./" becomes "", the root itself. Returns NULL and fills ret; or
 * what is wrong with the name (static storage), and ret is untouched: absolute, "..", not
 * UTF-8, control characters, marks that turn text around, backslashes, too long, too deep.
 */
const char *cupel_name_normalise(const char *name, char ret[static CUPEL_NAME_SIZE]);

/*
 * What is wrong with a symbolic link at path (plain) to target (static storage), or NULL.
 *
 * A target may climb by leading ".." as far as the root, and not after a name: since no folder
 * on the way to a link is a link itself, every allowed target then stays inside, whatever other
 * links it passes through.
 */
const char *cupel_name_link_flaw(const char *path, const char *target);

/* Whether a plain path is litter of an operating system or of git: __MACOSX, ._*, .DS_Store,
 * Thumbs.db, .git, as any component. It is left out without a word. */
bool cupel_name_is_left_out(const char *path);

/* Components of a plain path; 0 for the root. */
size_t cupel_name_depth(const char *path);

#endif
