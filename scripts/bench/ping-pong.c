// SPDX-License-Identifier: GPL-2.0-or-later
/* Two processes hand one byte back and forth over two pipes: the host's side of the benchmark. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

int main(int argc, char **argv)
{
	long rounds = argc > 1 ? atol(argv[1]) : 1;
	int there[2], back[2];
	struct timespec from, to;
	char byte = 0;

	if (pipe(there) || pipe(back))
		return 1;
	if (fork() == 0) {
		for (long n = 0; n < rounds; n++)
			if (read(there[0], &byte, 1) != 1 || write(back[1], &byte, 1) != 1)
				return 1;
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (long n = 0; n < rounds; n++)
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			return 1;
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.9f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
	return wait(NULL) < 0;
}
