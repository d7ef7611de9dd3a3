#include "queue/zone.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/text.h"

#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

struct zone {
    GTimeZone *clock;
};

/* Names of zones begin with a capital letter; the database's other files do not, nor do its
 * folders with leap seconds counted in. Without a slash, GLib takes digits for a POSIX rule. */
static bool is_name(const char *name)
{
    return name[0] != '\0' && strchr(UPPER, name[0]) != NULL &&
           name[strspn(name, UPPER LOWER DIGITS "/_+-")] == '\0' &&
           (strchr(name, '/') != NULL || strpbrk(name, DIGITS) == NULL);
}

int zone_open(const char *name, struct zone **ret, struct cupel_error *err)
{
    char excerpt[CUPEL_TEXT_EXCERPT_SIZE];

    if (name[0] == '\0')
        return cupel_fail(err, -EINVAL, "the name of the time zone is empty");
    if (!is_name(name))
        return cupel_fail(err, -EINVAL,
                          "%s: expected the name of a time zone, such as Europe/Berlin or UTC",
                          cupel_text_excerpt(name, excerpt));
    struct zone *zone = malloc(sizeof(*zone));
    if (zone == NULL)
        return cupel_fail(err, -ENOMEM, "out of memory");
    zone->clock = g_time_zone_new_identifier(name);
    if (zone->clock == NULL) {
        free(zone);
        return cupel_fail(err, -ENOENT, "%s: no such time zone",
                          cupel_text_excerpt(name, excerpt));
    }
    *ret = zone;
    return 0;
}

void zone_free(struct zone *zone)
{
    if (zone == NULL)
        return;
    g_time_zone_unref(zone->clock);
    free(zone);
}

/* GLib numbers the stretches of time between changes in their order. */
static gint stretch(const struct zone *zone, int64_t utc_s)
{
    return g_time_zone_find_interval(zone->clock, G_TIME_TYPE_UNIVERSAL, utc_s);
}

int64_t zone_offset(const struct zone *zone, int64_t utc_s)
{
    return g_time_zone_get_offset(zone->clock, stretch(zone, utc_s));
}

bool zone_next_change(const struct zone *zone, int64_t after_s, int64_t until_s, int64_t *ret_s)
{
    gint now = stretch(zone, after_s);
    if (until_s <= after_s || stretch(zone, until_s) == now)
        return false;
    while (until_s - after_s > 1) {
        int64_t middle = after_s + (until_s - after_s) / 2;
        if (stretch(zone, middle) == now)
            after_s = middle;
        else
            until_s = middle;
    }
    *ret_s = until_s;
    return true;
}
