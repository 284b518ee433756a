/* main.c: the cam command. */
#include "cam/cam.h"

int
main(int argc, char **argv)
{
	return cam_run(argc, argv);
}
