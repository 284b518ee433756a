/* groups.h: long digits in groups, as people read them to each other. */
#ifndef CAM_GROUPS_H
#define CAM_GROUPS_H

#include <stddef.h>

struct cam;

/* Lines of so many groups of so many digits, indented, in bold. Nothing but
 * letters and digits is printed. */
void groups_print(
    struct cam *cam, const char *digits, size_t group, size_t on_line);

#endif
