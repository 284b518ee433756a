/* main.c: cam-tui, the screen that cam opens. */
#include "cam-tui/tui.h"

int
main(int argc, char **argv)
{
	return tui_run(argc, argv);
}
