/* cards.h: what members say of themselves, kept over a restart. */
#ifndef CAM_CAMSERVER_CARDS_H
#define CAM_CAMSERVER_CARDS_H

struct roll_member;
struct server;

/* His, as it is now. */
void cards_write(const struct server *server, const struct roll_member *member);

#endif
