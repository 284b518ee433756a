/* act_editor.c: the text written in the user's own editor. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "cam-tui/commands.h"
#include "cam-tui/composer.h"
#include "cam-tui/terminal.h"
#include "cam-tui/tui.h"

extern char **environ;

static bool
write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t len = write(fd, text.data, text.len);

		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return false;
		text = span_of(text.data + len, text.len - (size_t)len);
	}
	return true;
}

static bool
read_all(const char *path, struct buf *text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len = -1;

	while (fd >= 0) {
		uint8_t *place = buf_reserve(text, 4096);

		if (place == NULL)
			break;
		len = read(fd, place, 4096);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break;
		text->len += (size_t)len;
	}
	if (fd >= 0)
		close(fd);
	return len == 0;
}

/* With a shell, since $EDITOR may have arguments. */
static bool
run_editor(const char *path)
{
	static const char script[] =
	    "eval \"${VISUAL:-${EDITOR:-vi}}\" '\"$1\"'";
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script,
		(char *)"sh", (char *)path, NULL };
	int status = 0;
	pid_t pid;

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) != 0)
		return false;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* An editor ends the last line, which a message does not need. */
static void
take_text(struct tui *tui, const char *path)
{
	struct composer *composer = tui->switcher.shown->composer;
	struct buf text;

	buf_init(&text, LIMIT_MESSAGE_TEXT + 4096);
	if (!read_all(path, &text) || !utf8_is_valid(buf_span(&text)) ||
	    text.len > LIMIT_MESSAGE_TEXT) {
		tui_say(tui, STYLE_BAR_WARN, "%s",
		    _("that is no text for a message"));
	} else {
		if (text.len > 0 && text.data[text.len - 1] == '\n')
			text.len--;
		composer_set(composer, buf_span(&text));
	}
	buf_finish(&text);
}

void
act_editor(struct tui *tui, const char *argument)
{
	struct span text = composer_text(tui->switcher.shown->composer);
	char *path = path_join(tui->paths.run, "message.XXXXXX");
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0 || !write_all(fd, text)) {
		tui_say(tui, STYLE_BAR_WARN, "%s: %s", path, strerror(errno));
	} else {
		terminal_leave(tui->terminal);
		if (run_editor(path))
			take_text(tui, path);
		else
			tui_say(
			    tui, STYLE_BAR_WARN, "%s", _("the editor failed"));
		terminal_enter(tui->terminal);
		tui_redraw(tui);
	}
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	free(path);
}
