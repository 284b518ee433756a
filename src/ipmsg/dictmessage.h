/* dictmessage.h: what SENDMSG has as IPDict (protocol reference 6.2). */
#ifndef CAM_DICTMESSAGE_H
#define CAM_DICTMESSAGE_H

#include "base/buf.h"
#include "base/span.h"
#include "ipmsg/attach.h"
#include "ipmsg/ipdict.h"
#include "ipmsg/tolist.h"

/* A missing key leaves its result empty and is no error. */

/* BODY without CRs; CAM_ERR_CHARSET when it is not UTF-8. */
int dict_body_parse(const struct ipdict *dict, struct buf *text);
/* TLST */
int dict_to_parse(const struct ipdict *dict, struct to_list *list);
void dict_to_build(const struct to_list *list, struct buf *content);
/* FILE; empty with attach_list_finish(). */
int dict_files_parse(const struct ipdict *dict, struct attach_list *list);
void dict_files_build(const struct attach_list *list, struct buf *content);

#endif
