/* tui.h: one run of the screen: what its parts are handed. */
#ifndef CAM_TUI_TUI_H
#define CAM_TUI_TUI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/path.h"
#include "cam-tui/canvas.h"
#include "cam-tui/keytable.h"
#include "cam-tui/options.h"
#include "cam-tui/prompt.h"
#include "cam-tui/session.h"
#include "cam-tui/style.h"
#include "cam-tui/switcher.h"
#include "cam-tui/theme.h"
#include "cam-tui/typed.h"
#include "loop/timer.h"

struct herald;
struct completion;
struct idle;
struct linear;
struct loop;
struct model;
struct model_talk;
struct phone;
struct drawing;
struct running;
struct secret;
struct terminal;

/* What was drawn where, to be left alone until it changes. */
struct drawn {
	const struct view *view;
	struct box box;
};

struct tui {
	struct loop *loop;
	struct paths paths;
	char *cam;	  /* path of the cam command */
	const char *home; /* CAM_HOME, or NULL */
	struct options options;
	struct keytable *keytable;
	struct theme theme;
	struct terminal *terminal;
	struct typed typed;
	struct timer escape;   /* an ESC that nothing follows is the key */
	struct timer minute;   /* the clock goes on */
	struct timer painting; /* many changes are painted once */
	struct stroke
	    strokes[KEYTABLE_STROKES]; /* of a sequence not whole yet */
	size_t stroke_count;
	bool is_normal; /* vi's normal mode */
	bool roster_has_keys;
	struct session *session;
	struct model *model;
	struct switcher switcher;
	struct view *roster;
	struct view *log;
	struct view *help;   /* or NULL */
	struct view *output; /* of verbs, or NULL */
	struct completion *completion;
	struct stroke last; /* the last one pressed, for commands that tell by
			       it */
	struct canvas canvas;
	struct linkset *links;
	struct drawn drawn_roster;
	struct box drawn_composer;
	uint64_t next_frame_ms; /* not before that, on the monotonic clock */
	bool has_acted;	  /* a key has changed more than what is written */
	bool has_written; /* or that alone */
	struct drawn drawn_view;
	char *away;	/* the text of our absence, or NULL */
	char *last_why; /* what the session said last, not to be repeated */
	char *title;	/* of the terminal, as set last */
	bool has_users; /* a page of the roster has come, others will */
	struct running *running; /* verbs */
	struct drawing *drawing; /* being drawn, shown or waited for, or NULL */
	struct prompt prompt;
	struct herald *herald;
	struct phone *phone; /* calls */
	struct idle *idle;
	struct secret *secret;
	struct linear *linear; /* instead of painting, or NULL */
	char *notice;	       /* shown in the status line, or NULL */
	enum style notice_style;
	bool is_focused; /* as far as the terminal tells */
	bool is_ending;
	int code; /* the exit status */
};

/* The program: returns the exit status. */
int tui_run(int argc, char **argv);

/* A program of cam, beside this one or where it was installed; a new string,
 * NULL: there is none. */
char *tui_find_program(const char *name);
/* Somebody may be looking at the screen. */
bool tui_is_watched(const struct tui *tui);

/* Something is to be drawn, with the next frame. */
void tui_changed(struct tui *tui);
/* Tells the user: in the status line until a key is pressed, and in the log. */
void tui_say(struct tui *tui, enum style style, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A verb of the command line; what it prints comes into a view. */
void tui_run_cam(struct tui *tui, const char *line);
/* The same of words that have been taken apart already; line is shown. */
void tui_run_words(
    struct tui *tui, const char *line, char *const *words, size_t count);
void tui_redraw(struct tui *tui);
void tui_suspend(struct tui *tui);
/* cam.ini has changed: keys, theme, what is shown. */
void tui_read_options(struct tui *tui);
/* In the status line until a key is pressed; NULL: no more. */
void tui_show_notice(struct tui *tui, enum style style, const char *text);
void tui_quit(struct tui *tui, int code);

/* The view that has the keys. */
struct view *tui_front(const struct tui *tui);
/* Shows the talk, with a view of its own made where there is none. */
struct view *tui_open_talk(struct tui *tui, struct model_talk *talk);
void tui_show(struct tui *tui, struct view *view);
void tui_close(struct tui *tui, struct view *view);
/* A new view at the end, shown. */
void tui_add(struct tui *tui, struct view *view);

#endif
