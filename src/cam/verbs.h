/* verbs.h: the functions behind the table of verbs; each is in the file of its
 * name. */
#ifndef CAM_VERBS_H
#define CAM_VERBS_H

struct args;
struct cam;

/* Each returns the exit code, having said on stderr what went wrong. */
int verb_send(struct cam *cam, struct args *args);
int verb_edit(struct cam *cam, struct args *args);
int verb_delete(struct cam *cam, struct args *args);
int verb_ask(struct cam *cam, struct args *args);
int verb_answer(struct cam *cam, struct args *args);
int verb_run(struct cam *cam, struct args *args);
int verb_ls(struct cam *cam, struct args *args);
int verb_watch(struct cam *cam, struct args *args);
int verb_log(struct cam *cam, struct args *args);
int verb_file(struct cam *cam, struct args *args);
int verb_open(struct cam *cam, struct args *args);
int verb_read(struct cam *cam, struct args *args);
int verb_call(struct cam *cam, struct args *args);
int verb_away(struct cam *cam, struct args *args);
int verb_back(struct cam *cam, struct args *args);
int verb_user(struct cam *cam, struct args *args);
int verb_key(struct cam *cam, struct args *args);
int verb_verify(struct cam *cam, struct args *args);
int verb_org(struct cam *cam, struct args *args);
int verb_config(struct cam *cam, struct args *args);
int verb_status(struct cam *cam, struct args *args);
int verb_rpc(struct cam *cam, struct args *args);
int verb_wait(struct cam *cam, struct args *args);
int verb_daemon(struct cam *cam, struct args *args);
int verb_server(struct cam *cam, struct args *args);
int verb_version(struct cam *cam, struct args *args);
/* For shells: what the last word could become. */
int verb_complete(struct cam *cam, struct args *args);
int verb_help(struct cam *cam, struct args *args);

#endif
