/* pathlist.h: paths of files as terminals paste them and people type them.
 * Pure. */
#ifndef CAM_TUI_PATHLIST_H
#define CAM_TUI_PATHLIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

enum { PATHLIST_MAX = 256 }; /* camd offers no more with a message */

/*
 * Text as the words of a shell: '...', "...", \x, apart by blanks and line
 * ends. A list that ends with NULL: words_free(). CAM_ERR_FORMAT: a quote is
 * not closed; CAM_ERR_LIMIT: too many, or one is longer than LIMIT_PATH.
 */
int pathlist_words(struct span text, char ***words, size_t *count);

/* How a terminal writes what is dragged onto it. */
enum pathlist_form {
	PATHLIST_QUOTED, /* words of a shell */
	PATHLIST_LINES	 /* one a line, as they are */
};

/*
 * The absolute paths that all of text is made of, "file:" URIs of this machine
 * among them; as above, CAM_ERR_FORMAT also where anything in it is none.
 */
int pathlist_pasted(
    struct span text, enum pathlist_form form, char ***paths, size_t *count);

/* "~/x" as the path it means, others as they are; a new string. */
char *pathlist_expand(const char *path, const char *home);
/* A path so that pathlist_words() gives it back as one word; a new string. */
char *pathlist_escape(const char *path);
/* Whether a word can only be a path: it begins with /, ~/, ./ or ../. */
bool pathlist_is_path(const char *word);

#endif
