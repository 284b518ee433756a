/* files.h: the files of message.send. */
#ifndef CAM_CAMD_METHODS_FILES_H
#define CAM_CAMD_METHODS_FILES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct camd;
struct offering;
struct rpc_call;

/* The member "files", borrowed; NULL: none. False: the call was answered by an
 * error, here and below. */
bool files_take(
    struct rpc_call *call, const json_t *params, const json_t **files);
/* Looks at them. on_done follows once: the offering is the callee's, NULL: the
 * call was answered. files must stay until then. */
void files_make(struct camd *camd, struct rpc_call *call, const json_t *files,
    uint32_t fetches, void (*on_done)(void *arg, struct offering *offering),
    void *arg);
/* As the answer tells them. */
json_t *files_told(const struct offering *offering, const char *message_id);

#endif
