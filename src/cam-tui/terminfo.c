/* terminfo.c: what terminfo knows of the terminal. */
#include "cam-tui/terminfo.h"

/* curses.h before term.h, which takes many short words for itself. */
#include <stdint.h>

#include <curses.h>
#include <term.h>

#include "base/err.h"

const char *
terminfo_text(const char *name)
{
	const char *text = tigetstr(name);

	/* -1 as a pointer: it is no string's name. */
	return text == NULL || (intptr_t)text == -1 ? "" : text;
}

int
terminfo_number(const char *name)
{
	return tigetnum(name);
}

static const char *
with_two(const char *name, unsigned first, unsigned second)
{
	const char *text = tiparm(terminfo_text(name), (int)first, (int)second);

	return text != NULL ? text : "";
}

const char *
terminfo_place(unsigned row, unsigned column)
{
	return with_two("cup", row, column);
}

const char *
terminfo_region(unsigned first, unsigned last)
{
	return with_two("csr", first, last);
}

int
terminfo_open(int out)
{
	int found = 0;

	if (setupterm(NULL, out, &found) != OK)
		return CAM_ERR_UNSUPPORTED;
	if (terminfo_text("cup")[0] != '\0' &&
	    terminfo_text("clear")[0] != '\0')
		return 0;
	terminfo_close();
	return CAM_ERR_UNSUPPORTED;
}

void
terminfo_close(void)
{
	del_curterm(cur_term);
}
