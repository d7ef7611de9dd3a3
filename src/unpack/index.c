#include "unpack/index.h"

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "cupel/cleanup.h"
#include "unpack/fold.h"
#include "unpack/names.h"
#include "unpack/reject.h"

struct node {
    char *key; /* the folded path; what the tree is ordered by */
    char *path;
    enum cupel_index_kind kind;
};

struct cupel_index {
    void *tree; /* of tsearch(3) */
    uint64_t count;
    uint64_t files;
    uint64_t max_files;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct node *)a)->key, ((const struct node *)b)->key);
}

static void free_node(void *p)
{
    struct node *node = p;

    if (node == NULL)
        return;
    free(node->key);
    free(node->path);
    free(node);
}

static void free_node_p(struct node **node)
{
    free_node(*node);
}

int cupel_index_new(uint64_t max_files, struct cupel_index **ret)
{
    struct cupel_index *index = calloc(1, sizeof(*index));

    if (index == NULL)
        return -ENOMEM;
    index->max_files = max_files;
    *ret = index;
    return 0;
}

void cupel_index_free(struct cupel_index *index)
{
    if (index == NULL)
        return;
    tdestroy(index->tree, free_node);
    free(index);
}

/* NULL: no memory. */
static struct node *new_node(const char *path, enum cupel_index_kind kind)
{
    struct node *node = calloc(1, sizeof(*node));

    if (node == NULL)
        return NULL;
    node->kind = kind;
    node->path = strdup(path);
    if (node->path == NULL || cupel_fold(path, &node->key) < 0) {
        free_node(node);
        return NULL;
    }
    return node;
}

static bool is_folder(enum cupel_index_kind kind)
{
    return kind == CUPEL_INDEX_FOLDER || kind == CUPEL_INDEX_PASSED_FOLDER;
}

/* A second node for the name of present: fine where one of two is a folder passed through. */
static int meet(struct node *present, const struct node *node, const char *entry,
                struct cupel_error *err)
{
    if (strcmp(present->path, node->path) != 0)
        return cupel_reject(err, entry, "on some systems the same name as another entry's");
    if (node->kind == CUPEL_INDEX_PASSED_FOLDER) {
        if (present->kind == CUPEL_INDEX_LINK)
            return cupel_reject(err, entry, "lies below a symbolic link");
        if (!is_folder(present->kind))
            return cupel_reject(err, entry, "lies below a file");
        return 0;
    }
    if (node->kind == CUPEL_INDEX_FOLDER && present->kind == CUPEL_INDEX_PASSED_FOLDER) {
        present->kind = CUPEL_INDEX_FOLDER;
        return 0;
    }
    return cupel_reject(err, entry, "is in the archive twice");
}

/* Add path itself; entry is what messages name. */
static int add_one(struct cupel_index *index, const char *path, enum cupel_index_kind kind,
                   const char *entry, struct cupel_error *err)
{
    __attribute__((cleanup(free_node_p))) struct node *node = new_node(path, kind);
    if (node == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");

    struct node **slot = (struct node **)tfind(node, &index->tree, compare);
    if (slot != NULL)
        return meet(*slot, node, entry, err);
    if (index->count >= index->max_files)
        return cupel_reject(err, entry, "more than %" PRIu64 " files and folders",
                            index->max_files);
    if (tsearch(node, &index->tree, compare) == NULL)
        return cupel_fail(err, -ENOMEM, "no memory");
    node = NULL;
    index->count++;
    index->files += kind == CUPEL_INDEX_FILE;
    return 0;
}

int cupel_index_add(struct cupel_index *index, const char *path, enum cupel_index_kind kind,
                    struct cupel_error *err)
{
    char folder[CUPEL_NAME_SIZE];

    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        size_t len = (size_t)(slash - path);
        memcpy(folder, path, len);
        folder[len] = '\0';
        int r = add_one(index, folder, CUPEL_INDEX_PASSED_FOLDER, path, err);
        if (r < 0)
            return r;
    }
    return add_one(index, path, kind, path, err);
}

bool cupel_index_has_file(const struct cupel_index *index, const char *path)
{
    __attribute__((cleanup(free_node_p))) struct node *key = new_node(path, CUPEL_INDEX_FILE);
    if (key == NULL)
        return false;
    struct node *const *slot = tfind(key, &index->tree, compare);
    return slot != NULL && (*slot)->kind == CUPEL_INDEX_FILE &&
           strcmp((*slot)->path, path) == 0;
}

uint64_t cupel_index_files(const struct cupel_index *index)
{
    return index->files;
}
