/* empty.c: the least a program can do: what starting cam is measured against.
 */

int
main(void)
{
	return 0;
}
