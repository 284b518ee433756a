/* talk_about.h: what stands beside the title of a talk. */
#ifndef CAM_TUI_TALK_ABOUT_H
#define CAM_TUI_TALK_ABOUT_H

struct model;
struct model_talk;

/* "online, end-to-end encrypted, verified", "3 users"; a new string. */
char *talk_about(const struct model *model, const struct model_talk *talk);

#endif
