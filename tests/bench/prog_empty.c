/* SPDX-License-Identifier: Apache-2.0 */
/* What a cached call is measured by: a program that does nothing. */

int
main(void)
{
	return 0;
}
