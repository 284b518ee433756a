/* report_parts.h: lists that packets of both forms have, as JSON. */
#ifndef CAM_REPORT_PARTS_H
#define CAM_REPORT_PARTS_H

#include <jansson.h>

#include "ipmsg/attach.h"
#include "ipmsg/hostlist.h"
#include "ipmsg/tolist.h"

json_t *report_attachments(const struct attach_list *list);
json_t *report_host(const struct host_row *row);
json_t *report_to(const struct to_list *list);

#endif
