// SPDX-License-Identifier: GPL-2.0-or-later
/* Locks that nobody else wants, and two threads that wake each other: the host's side. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sem_t question, answer;
static long rounds;

static void *answerer(void *unused)
{
	for (;;) {
		sem_wait(&question);
		sem_post(&answer);
	}
	return unused;
}

static void spin(void)
{
	pthread_spinlock_t lock;

	pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
	for (long n = 0; n < rounds; n++) {
		pthread_spin_lock(&lock);
		pthread_spin_unlock(&lock);
	}
}

static void mutex(void)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	for (long n = 0; n < rounds; n++) {
		pthread_mutex_lock(&lock);
		pthread_mutex_unlock(&lock);
	}
}

static void wake(void)
{
	for (long n = 0; n < rounds; n++) {
		sem_post(&question);
		sem_wait(&answer);
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct timespec from, to;
	pthread_t thread;

	rounds = argc > 2 ? atol(argv[2]) : 1;
	sem_init(&question, 0, 0);
	sem_init(&answer, 0, 0);
	/* With one thread only, the C library would lock without atomic operations. */
	if (pthread_create(&thread, NULL, answerer, NULL))
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (strcmp(what, "spin") == 0)
		spin();
	else if (strcmp(what, "mutex") == 0)
		mutex();
	else
		wake();
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.9f\n", (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9);
	return 0;
}
