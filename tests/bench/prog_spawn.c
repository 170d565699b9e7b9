/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prog_spawn WARMUP ROUNDS WIDTH < PROGRAMS: what programs cost, measured beside
 * each other.  A line of PROGRAMS is a name and then argv, separated by tabs.
 * Each round runs every program once, in an order of its own, as WIDTH
 * processes at once; WARMUP rounds before are not counted.  Printed for each, with
 * tabs: its name, the least and the median wall time and the least and the
 * median processor time of a round in microseconds, the greatest resident
 * size in kilobytes, and how many processes did not exit with 0.
 *
 * The launcher itself is small: a process starts with its parent's peak
 * memory as its own, so a Python launcher would measure Python.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "signer/base/mem.h"

enum { MAX_PROGRAMS = 16, MAX_ARGS = 32 };

struct program {
	char *line; /* what argv points into */
	const char *name;
	char *argv[MAX_ARGS + 1];
	double *wall_us, *cpu_us; /* of each round */
	long rss_kb;
	int failed;
};

static double
now_us(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double
us_of(struct timeval t)
{
	return (double)t.tv_sec * 1e6 + (double)t.tv_usec;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Reaps one process; its processor time, with that of those it reaped. */
static double
reap(struct program *p)
{
	struct rusage usage = { 0 };
	int status = 0;

	if (wait4(-1, &status, 0, &usage) < 0) {
		perror("wait4");
		exit(1);
	}
	if (status != 0)
		p->failed++;
	if (usage.ru_maxrss > p->rss_kb)
		p->rss_kb = usage.ru_maxrss;
	return us_of(usage.ru_utime) + us_of(usage.ru_stime);
}

static void
run(struct program *p, int width, const posix_spawn_file_actions_t *quiet,
    size_t round)
{
	double began = now_us(), cpu = 0;

	for (int i = 0; i < width; i++)
		if (posix_spawn(
			NULL, p->argv[0], quiet, NULL, p->argv, environ) != 0) {
			perror(p->argv[0]);
			exit(1);
		}
	for (int i = 0; i < width; i++)
		cpu += reap(p);
	p->wall_us[round] = now_us() - began;
	p->cpu_us[round] = cpu;
}

/* xorshift64: the order has to vary, not to be secret. */
static size_t
below(size_t n)
{
	static uint64_t x = 88172645463325252U;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (size_t)(x % n);
}

static void
shuffle(size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = below(i), held = order[i - 1];

		order[i - 1] = order[j];
		order[j] = held;
	}
}

static size_t
read_programs(struct program *all, size_t total)
{
	static char line[16384];
	size_t n = 0;

	while (n < MAX_PROGRAMS && fgets(line, sizeof(line), stdin) != NULL) {
		struct program *p = &all[n++];
		char *rest = p->line = mem_str(line);
		size_t argc = 0;

		p->line[strcspn(p->line, "\n")] = '\0';
		p->name = strsep(&rest, "\t");
		while (rest != NULL && argc < MAX_ARGS)
			p->argv[argc++] = strsep(&rest, "\t");
		p->wall_us = mem_new(total, sizeof(double));
		p->cpu_us = mem_new(total, sizeof(double));
		if (argc == 0) {
			(void)fprintf(stderr, "%s: no program\n", p->name);
			exit(2);
		}
	}
	return n;
}

static void
report(struct program *p, size_t warmup, size_t rounds)
{
	double *wall = p->wall_us + warmup, *cpu = p->cpu_us + warmup;

	qsort(wall, rounds, sizeof(*wall), compare);
	qsort(cpu, rounds, sizeof(*cpu), compare);
	(void)printf("%s\t%.0f\t%.0f\t%.0f\t%.0f\t%ld\t%d\n", p->name, wall[0],
	    wall[rounds / 2], cpu[0], cpu[rounds / 2], p->rss_kb, p->failed);
	mem_free(p->wall_us);
	mem_free(p->cpu_us);
	mem_free(p->line);
}

static void
be_quiet(posix_spawn_file_actions_t *actions)
{
	if (posix_spawn_file_actions_init(actions) != 0 ||
	    posix_spawn_file_actions_addopen(
		actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
	    posix_spawn_file_actions_addopen(
		actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
		exit(1);
}

struct plan {
	size_t warmup, rounds;
	int width;
};

static bool
read_plan(int argc, char **argv, struct plan *ret)
{
	long width;

	if (argc != 4)
		return false;
	ret->warmup = strtoul(argv[1], NULL, 10);
	ret->rounds = strtoul(argv[2], NULL, 10);
	width = strtol(argv[3], NULL, 10);
	ret->width = (int)width;
	return ret->warmup <= 1000 && ret->rounds >= 1 &&
	       ret->rounds <= 100000 && width >= 1 && width <= 1000;
}

static void
run_rounds(struct program *all, size_t n, const struct plan *p)
{
	posix_spawn_file_actions_t quiet;
	size_t order[MAX_PROGRAMS];

	be_quiet(&quiet);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t round = 0; round < p->warmup + p->rounds; round++) {
		shuffle(order, n);
		for (size_t i = 0; i < n; i++)
			run(&all[order[i]], p->width, &quiet, round);
	}
	(void)posix_spawn_file_actions_destroy(&quiet);
}

int
main(int argc, char **argv)
{
	static struct program all[MAX_PROGRAMS];
	struct plan p;
	size_t n;

	if (!read_plan(argc, argv, &p)) {
		(void)fprintf(
		    stderr, "usage: %s WARMUP ROUNDS WIDTH\n", argv[0]);
		return 2;
	}
	n = read_programs(all, p.warmup + p.rounds);
	run_rounds(all, n, &p);
	for (size_t i = 0; i < n; i++)
		report(&all[i], p.warmup, p.rounds);
	return 0;
}
