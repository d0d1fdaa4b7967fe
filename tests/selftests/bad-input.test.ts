// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What people try to break a machine with, through whole machines. Each time the tools say what
 * Debian's say, and what comes after works as before.
 */
import { describe, expect, it, vi } from 'vitest';

import { runScript, TestMachine, userFile, type ScriptResult } from '../support/machine.ts';

/** The first build of a run is slow where machines are shared. */
vi.setConfig({ testTimeout: 60_000 });

/** Runs it; what both streams said, in order. */
function said(script: string, image: Parameters<typeof runScript>[1] = {}): string {
  return runScript(`exec 2>&1\ncd /tmp\n${script}`, image).stdout;
}

/** As root. */
function runAsRoot(text: string): ScriptResult {
  return runScript('', { script: { text, user: 'root', args: [] } });
}

const LONG_NAME = 'n=$(printf %255s | tr " " n)\n';

/** What is typed, and what comes: recorded with bash 5.2 and coreutils 9.1. */
// prettier-ignore
const CASES: Readonly<Record<string, readonly (readonly [script: string, output: string])[]>> = {
  'a file that is no program': [
    [String.raw`printf '\0\1\2\377' > g; chmod +x g; ./g; echo $?; bash g; echo $?`,
      'bash: line 3: ./g: cannot execute binary file: Exec format error\n126\n' +
      'g: g: cannot execute binary file\n126\n'],
    [String.raw`printf '\177ELF\2\1\1' > g; chmod +x g; ./g; echo $?`,
      'bash: line 3: ./g: cannot execute binary file: Exec format error\n126\n'],
    [': > g; chmod +x g; ./g; echo $?', '0\n'],
    ["printf '#!/none\\n' > g; chmod +x g; ./g; echo $?",
      'bash: line 3: ./g: cannot execute: required file not found\n127\n'],
    ["printf '#!/tmp\\n' > g; chmod +x g; ./g; echo $?",
      'bash: ./g: /tmp: bad interpreter: Permission denied\n126\n'],
    ["printf '#!/tmp/g\\n' > g; chmod +x g; ./g; echo $?",
      'bash: ./g: /tmp/g: bad interpreter: Too many levels of symbolic links\n126\n'],
    [': > g; ./g; /tmp; ./none; none; ""',
      'bash: line 3: ./g: Permission denied\nbash: line 3: /tmp: Is a directory\n' +
      'bash: line 3: ./none: No such file or directory\nbash: line 3: none: command not found\n' +
      'bash: line 3: : command not found\n'],
    [String.raw`printf '\0\1\2' > g.ko; sudo insmod g.ko`,
      'insmod: ERROR: could not insert module g.ko: Invalid module format\n'],
  ],
  'arguments without end': [
    ['x=$(printf %100000s); y=("$x" "$x" "$x" "$x" "$x"); y+=("${y[@]}"); y+=("${y[@]}"); ' +
      '/bin/true "${y[@]}"; echo $?; /bin/true "${y[@]}" "$x"; echo $?',
      '0\nbash: line 3: /bin/true: Argument list too long\n126\n'],
    ['x=$(printf %131071s); /bin/true "$x"; echo $?; /bin/true "$x "; echo $?',
      '0\nbash: line 3: /bin/true: Argument list too long\n126\n'],
    ['seq 20000 | xargs /bin/echo | wc -w', '20000\n'],
  ],
  'names and links': [
    [`${LONG_NAME}touch $n && ls | wc -c; touch n$n 2>&1 | tail -c 21; rm $n; ls`,
      '256\n: File name too long\n'],
    ['cd $(printf %5000s | tr " " n) 2>&1 | tail -c 21', ': File name too long\n'],
    ['ln -s a b; ln -s b a; cat a; cd a; echo > a',
      'cat: a: Too many levels of symbolic links\n' +
      'bash: line 3: cd: a: Too many levels of symbolic links\n' +
      'bash: line 3: a: Too many levels of symbolic links\n'],
    ['for i in {1..41}; do ln -s l$i l$((i - 1)); done; echo x > l41; cat l1; cat l0',
      'x\ncat: l0: Too many levels of symbolic links\n'],
    ['p=$(printf "d/%.0s" {1..1000}); mkdir -p $p; cd $p; pwd | wc -c; cd /tmp; rm -r d; ls',
      '2005\n'],
    ['mkdir m; cd m; touch {1..10000}; ls | wc -l; rm -r ../m; ls; cd ..; ls',
      '10000\n'],
  ],
  'descriptors': [
    ['echo x > /dev/full; echo $?; cat /etc/passwd > /dev/full; echo $?',
      'bash: line 3: echo: write error: No space left on device\n1\n' +
      'cat: write error: No space left on device\n1\n'],
    ['cat /tmp; cat < /tmp; echo x > /tmp',
      'cat: /tmp: Is a directory\ncat: -: Is a directory\nbash: line 3: /tmp: Is a directory\n'],
    ['echo x >&-; cat /etc/passwd >&-; echo $?',
      'bash: line 3: echo: write error: Bad file descriptor\n' +
      'cat: standard output: Bad file descriptor\n1\n'],
    ['cat <&-; echo $?; ls none 2>&-; echo $?', 'cat: -: Bad file descriptor\n1\n2\n'],
    ['mkfifo f; exec 3<>f; read -t 0.1 x <&3; echo $?; yes > f & sleep 0.1; kill $!; wait $!; ' +
      'echo $?',
      '142\n143\n'],
    ['yes | head -n 1; echo ${PIPESTATUS[*]}', 'y\n141 0\n'],
  ],
  'text that is none': [
    ['yes | tr -d "\\n" | head -c 10000000 > big; wc big; grep -c y big; cut -c 1-3 big; rm big',
      '       0        1 10000000 big\n1\nyyy\n'],
    ['x=$(yes | tr -d "\\n" | head -c 300000); read y <<< $x; echo ${#y}', '300000\n'],
    [String.raw`printf 'a\0b\n' | { read x; echo $x; }; x=$(printf 'a\0b'); echo $x`,
      'ab\nbash: line 3: warning: command substitution: ignored null byte in input\nab\n'],
  ],
  'removing everything': [
    ['rm -rf /; echo $?',
      "rm: it is dangerous to operate recursively on '/'\n" +
      'rm: use --no-preserve-root to override this failsafe\n1\n'],
    ['rm -rf --no-preserve-root / 2> /dev/null; echo $?; echo ~/*; ls /bin/ls',
      '1\n/home/user/*\n/bin/ls\n'],
  ],
};

describe.each(Object.entries(CASES))('%s', (_name, cases) => {
  it.each(cases)('%s', (script, output) => {
    // What $0 is depends on how the script was started.
    expect(said(script).replaceAll('environment: line', 'bash: line')).toBe(output);
  });
});

describe('a machine', () => {
  it('is full, and has room again when something is removed', () => {
    const output = said(`dd if=/dev/zero of=x 2>&1 | head -n 1
      echo more > y; cd ~/hello_world; make 2>&1 | grep 'No space'; grep objs Kbuild
      rm /tmp/x; make > /dev/null && ls *.ko`);
    expect(output).toBe(
      "dd: error writing 'x': No space left on device\n" +
        'bash: line 4: echo: write error: No space left on device\n' +
        'make: helloworld.ko: No space left on device\n' +
        'helloworld-objs := hello_world.o\nhelloworld.ko\n',
    );
  });

  it('goes on without programs, and programs that run keep their files', () => {
    const { stdout } = runAsRoot(`tail -f /etc/passwd > /dev/null & exec 3< /etc/hostname
      rm -rf --no-preserve-root / 2> /dev/null; echo $?; ls 2>&1
      read name <&3; echo $name /*; kill %1; wait %1; echo $?`);
    expect(stdout).toBe('1\nbash: line 2: ls: command not found\npc /dev /proc /sys\n143\n');
  });

  it('does not lose process 1, nor the kernel’s own', () => {
    const { stdout, status } = runAsRoot(
      'kill -9 1 2 3; kill -SEGV 1; kill -9 1; sleep 0.1; ps -o pid= -p 1,2,3 | wc -l; exit 3',
    );
    expect(stdout).toBe('3\n');
    expect(status).toBe(3);
  });

  it('outlives a process that ignores all but SIGKILL', () => {
    const output = said(`bash -c 'trap "" HUP INT QUIT TERM USR1 PIPE TSTP; kill -STOP $$;
        while :; do sleep 0.01; done' & sleep 0.05
      for s in CONT HUP INT QUIT TERM USR1 PIPE TSTP; do kill -$s $!; done; sleep 0.05
      kill -0 $! && echo there; kill -9 $!; wait $! 2> /dev/null; echo $?`);
    expect(output).toBe('there\n137\n');
  });

  it('ends a program with a wild pointer, and only that', () => {
    const text = `import { load8 } from "libc";
export function main(): number { return load8(0xdead0000); }
`;
    const output = said('cd; cc -o wild wild.ts && ./wild; echo $?', {
      files: [userFile('wild.ts', text)],
    });
    expect(output).toMatch(/Segmentation fault +\.\/wild\n139\n$/u);
  });

  it('keeps a fork bomb to ulimit -u, and says so', () => {
    const output = said(`(ulimit -u 20; bomb() { bomb | bomb & }; bomb) 2> err; sleep 0.1
      tail -n 1 err; echo $(($(ps -e | wc -l) < 40))`);
    expect(output).toMatch(/fork: retry: Resource temporarily unavailable\n1\n$/u);
  });

  it('has no more files open than fs.file-max, but for root', () => {
    const output = said(`cat /proc/sys/fs/file-max; sudo sysctl -q -w fs.file-max=30
      for fd in {10..40}; do eval "exec $fd< /etc/passwd" 2> /tmp/err || break; done
      grep -c 'Too many open files in system' /tmp/err
      for fd in {10..40}; do eval "exec $fd<&-"; done; cat /etc/hostname`);
    expect(output).toBe('9223372036854775807\n1\npc\n');
  });

  it('opens ten thousand files where the limit is raised, and 1024 where not', () => {
    const text = `import { close, open, O_RDONLY, perror, printf } from "libc";
export function main(): number {
  let count = 0;
  while (count < 10_000 && open("/etc/passwd", O_RDONLY) >= 0) count++;
  if (count < 10_000) perror("open");
  printf("%d\\n", count);
  return close(3);
}
`;
    const output = said('cd; cc -o many many.ts; ./many; ulimit -n 20000; ./many', {
      files: [userFile('many.ts', text)],
    });
    expect(output).toBe('open: Too many open files\n1021\n10000\n');
  });

  it('has a shell for who started a fork bomb', () => {
    const guest = TestMachine.boot();
    guest.waitFor('$ ');
    guest.command('sudo sysctl -w kernel.threads-max=60');
    guest.type(':(){ :|:& };:\r');
    guest.waitFor('fork: Resource temporarily unavailable');
    const from = guest.terminal.length;
    guest.type('echo still $((6 * 7))\r');
    guest.runUntil(() => guest.terminal.includes('still 42\r\n', from), 'the shell’s answer');
    guest.type('ps -e | wc -l\r');
    guest.runUntil(() => /^\d\d?\r$/mu.test(guest.terminal.slice(from)), 'the end of the bomb');
    expect(guest.machine.state).not.toBe('halted');
  });
});
