/* i18n.c: finds the translations of what people read. */
#include "base/i18n.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

/* What POSIX says names the locale of messages. */
static const char *
wanted_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "C";
}

void
i18n_open(void)
{
	const char *wanted = wanted_locale();

	if (strcmp(wanted, "C") == 0 || strcmp(wanted, "POSIX") == 0)
		return;
	/* libintl translates nothing while the locale is "C": one that is
	 * everywhere stands in for what is not installed. */
	if (setlocale(LC_MESSAGES, wanted) == NULL &&
	    setlocale(LC_MESSAGES, "C.UTF-8") != NULL)
		(void)setenv("LANGUAGE", wanted, 0);
	bindtextdomain("cam", CAM_LOCALEDIR);
	bind_textdomain_codeset("cam", "UTF-8");
	/* What strerror() says, which would follow LC_CTYPE. */
	bind_textdomain_codeset("libc", "UTF-8");
	textdomain("cam");
}
