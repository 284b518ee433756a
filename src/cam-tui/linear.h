/* linear.h: the screen as lines, one below the other, for screen readers and
 * terminals that cannot place their cursor: what happens is said in words. */
#ifndef CAM_TUI_LINEAR_H
#define CAM_TUI_LINEAR_H

struct linear;
struct model_change;
struct tui;
struct view;

struct linear *linear_new(struct tui *tui);
void linear_free(struct linear *linear);

/* In place of painting: the view that has come to the front, the line that is
 * selected, the text being typed. */
void linear_paint(struct linear *linear);
/* What is read out of is never drawn too small for it. */
void linear_size(unsigned *rows, unsigned *columns);
/* The terminal was somebody else's meanwhile. */
void linear_forget(struct linear *linear);

/* A line, or several. Here and below linear NULL is fine: nothing. */
void linear_say(struct linear *linear, const char *text);
/* A paragraph was added to a view of text; left is NULL or stands beside it. */
void linear_text(struct linear *linear, const struct view *view,
    const char *left, const char *text);
/* What was typed is going to be taken; it stays where it is. */
void linear_entered(struct linear *linear);
/* A message came, or one of ours has arrived. */
void linear_change(struct linear *linear, const struct model_change *change);

#endif
