/* style.h: what a piece of text is; the theme says how that looks. */
#ifndef CAM_TUI_STYLE_H
#define CAM_TUI_STYLE_H

enum style {
	STYLE_PLAIN,
	STYLE_DIM,	/* times, ids, what is by the way */
	STYLE_STRONG,	/* names of others */
	STYLE_OWN,	/* our own name */
	STYLE_ACCENT,	/* headings, dates */
	STYLE_GOOD,	/* verified, online */
	STYLE_WARN,	/* away, weaker protection, not delivered yet */
	STYLE_BAD,	/* failed, a changed key */
	STYLE_UNREAD,	/* something new */
	STYLE_MENTION,	/* something new that names us */
	STYLE_QUOTE,	/* what is answered */
	STYLE_MATCH,	/* what was searched for */
	STYLE_SELECTED, /* the line that keys act on */
	STYLE_BAR,	/* title and status line */
	STYLE_BAR_DIM,
	STYLE_BAR_STRONG,
	STYLE_BAR_UNREAD,
	STYLE_BAR_WARN,
	STYLE_BORDER,
	STYLE_COUNT
};

#endif
