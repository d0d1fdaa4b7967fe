// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest';

import { runScript } from '../../../tests/support/machine.ts';
import { encodeUtf8 } from '../../lib/utf8.ts';
import { fileMode, octal, openFlags } from './flags.ts';
import { aligned, resultText } from './line.ts';
import { quote, quoteHex } from './quote.ts';
import { addressText } from './sockets.ts';
import { Summary } from './summary.ts';

/** What strace 6.1 on x86-64 prints for the same. */
describe('as strace shows it:', () => {
  it.each([
    ['hello\n', '"hello\\n"'],
    ['\u007fELF\u0002\u0001\u00010', '"\\177ELF\\2\\1\\0010"'],
    ['"quoted"\t\\', '"\\"quoted\\"\\t\\\\"'],
    ['a'.repeat(33), `"${'a'.repeat(32)}"...`],
    ['a'.repeat(32), `"${'a'.repeat(32)}"`],
  ])('the bytes of %j', (text, shown) => {
    expect(quote(encodeUtf8(text), 32)).toBe(shown);
  });

  it('random bytes', () => {
    expect(quoteHex(Uint8Array.of(0x69, 0x8f, 0x0a), 32)).toBe('"\\x69\\x8f\\x0a"');
  });

  it.each([
    [0o644, '0644'],
    [0o22, '022'],
    [0, '000'],
    [0o4755, '04755'],
  ])('the mode %o', (mode, shown) => {
    expect(octal(mode)).toBe(shown);
  });

  it.each([
    [0o100644, 'S_IFREG|0644'],
    [0o41777, 'S_IFDIR|S_ISVTX|0777'],
    [0o20666, 'S_IFCHR|0666'],
  ])('the file mode %o', (mode, shown) => {
    expect(fileMode(mode)).toBe(shown);
  });

  it('how a file is opened', () => {
    expect(openFlags(0o2000000)).toBe('O_RDONLY|O_CLOEXEC');
    expect(openFlags(0o1101)).toBe('O_WRONLY|O_CREAT|O_TRUNC');
  });

  it.each([
    ['chdir("/tmp")', '0', 'chdir("/tmp")                           = 0'],
    [
      'access("/etc/ld.so.preload", R_OK)',
      resultText('access', -2),
      'access("/etc/ld.so.preload", R_OK)      = -1 ENOENT (No such file or directory)',
    ],
    [
      'rt_sigsuspend([], 8)',
      resultText('rt_sigsuspend', -514),
      'rt_sigsuspend([], 8)                    = ? ERESTARTNOHAND (To be restarted if no handler)',
    ],
  ])('%s with its result', (call, result, line) => {
    expect(aligned(call, result)).toBe(line);
  });

  it('a table of counts', () => {
    const summary = new Summary();
    summary.count('read', 71_000, false);
    summary.count('access', 17_000, true);
    summary.count('access', 0, true);
    expect(summary.text('time')).toBe(
      `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 80.68    0.000071          71         1           read
 19.32    0.000017           8         2         2 access
------ ----------- ----------- --------- --------- ----------------
100.00    0.000088          29         3         2 total
`,
    );
  });
});

describe('strace', () => {
  it('shows the calls of a program in their order', () => {
    const { stderr, stdout, status } = runScript('strace -e trace=%desc cat /etc/hostname');
    expect(stderr).toBe(`fstat(1, {st_mode=S_IFCHR|0666, st_rdev=makedev(0xe5, 0x0), ...}) = 0
open("/etc/hostname", O_RDONLY)         = 3
read(3, "pc\\n", 131072)                 = 3
write(1, "pc\\n", 3)                     = 3
read(3, "", 131072)                     = 0
close(3)                                = 0
+++ exited with 0 +++
`);
    expect([stdout, status]).toEqual(['pc\n', 0]);
  });

  it('shows addresses, options and messages of sockets', () => {
    const script = 'strace -e trace=%network ip link show lo 2>&1 >/dev/null';
    const { stdout } = runScript(script);
    const shown = stdout.replaceAll(/nl_pid=[1-9]\d*/gu, 'nl_pid=N').split('\n');
    expect(shown[0]).toBe('socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_ROUTE) = 3');
    expect(shown).toContain('setsockopt(3, SOL_NETLINK, NETLINK_EXT_ACK, [1], 4) = 0');
    const address = '{sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}';
    expect(shown).toContain(`bind(3, ${address}, 12) = 0`);
    expect(shown.find((line) => line.startsWith('recvfrom('))).toContain(`${address}, [128 => 12]`);
  });

  it.each([
    [
      '020000157f0000010000000000000000',
      '{sa_family=AF_INET, sin_port=htons(21), sin_addr=inet_addr("127.0.0.1")}',
    ],
    ['01002f6100', '{sa_family=AF_UNIX, sun_path="/a"}'],
    ['0100006162', '{sa_family=AF_UNIX, sun_path=@"ab"}'],
    ['0100', '{sa_family=AF_UNIX}'],
    ['100000000500000000000000', '{sa_family=AF_NETLINK, nl_pid=5, nl_groups=00000000}'],
  ])('the address %s', (digits, shown) => {
    expect(addressText(bytesOf(digits))).toBe(shown);
  });

  it('follows children, and says who speaks', () => {
    const { stderr, status } = runScript("strace -f -e wait4 sh -c 'cat /none; exit 3'");
    expect(stderr.replaceAll(/\d{1,5}/g, 'N')).toContain(
      '[{WIFEXITED(s) && WEXITSTATUS(s) == N}], N, NULL) = N',
    );
    expect(stderr).toMatch(/^strace: Process \d+ attached$/m);
    expect(status).toBe(3);
  });

  it('dies as its program did', () => {
    const { stderr, status } = runScript("strace -e kill sh -c 'kill -TERM $$'; echo $? >&2");
    expect(stderr).toMatch(/^kill\(\d+, SIGTERM\) +/m);
    const why = /^--- SIGTERM \{si_signo=SIGTERM, si_code=SI_USER, si_pid=\d+, si_uid=1000\} ---$/m;
    expect(stderr).toMatch(why);
    expect(stderr).toContain('+++ killed by SIGTERM +++\n');
    expect(stderr).toContain('\n143\n');
    expect(status).toBe(0);
  });

  it.each([
    ["sh -c '(exit 3); :'", 'SIGCHLD, si_code=CLD_EXITED, si_pid=N, si_uid=N, si_status=3'],
    ['sh -c \'sh -c "kill -9 \\$\\$"; :\'', 'CLD_KILLED, si_pid=N, si_uid=N, si_status=SIGKILL'],
    ['yes | head -1', '--- SIGPIPE {si_signo=SIGPIPE, si_code=SI_USER, si_pid=N, si_uid=N} ---'],
    ["sh -c 'ulimit -t 1; ulimit -St 0; exec yes >/dev/null'", 'SIGXCPU, si_code=SI_KERNEL}'],
  ])('why a signal came: %s', (command, text) => {
    const { stderr } = runScript(`strace -e trace=none ${command}`);
    expect(stderr.replaceAll(/(pid|uid)=\d+/g, '$1=N')).toContain(text);
  });

  it('traces a process that runs already, and lets it go', () => {
    const { stdout, stderr } = runScript(`
      sh -c 'sleep 0.2; echo woken' & pid=$!
      sleep 0.05
      timeout -s INT 0.05 strace -p $pid || strace -o /dev/null -p $pid & sleep 0.1; wait
    `);
    expect(stderr).toMatch(/^strace: Process \d+ attached$/m);
    expect(stdout).toBe('woken\n');
  });

  it.each([
    ['strace', 1, 'must have PROG [ARGS] or -p PID\nTry'],
    ['strace -e bogus true', 1, "invalid system call 'bogus'"],
    ['strace nosuch', 1, "Can't stat 'nosuch': No such file or directory"],
    ['strace -p 9999', 1, 'attach: ptrace(PTRACE_SEIZE, 9999): No such process'],
    ['strace -p 1', 1, 'attach: ptrace(PTRACE_SEIZE, 1): Operation not permitted'],
    ['strace -s x true', 1, "invalid -s argument: 'x'"],
    ['strace -p x', 1, "Invalid process id: 'x'"],
  ])('%s is refused as strace refuses it', (script, status, message) => {
    const result = runScript(script);
    expect(result.stderr).toContain(`strace: ${message}`);
    expect(result.status).toBe(status);
  });

  it('leaves a tracee that is killed while it stands still', () => {
    const { stderr } = runScript(`
      strace -e none sleep 100 & tracer=$!
      sleep 0.05
      kill -KILL $((tracer + 1))
      wait $tracer
    `);
    expect(stderr).toContain('+++ killed by SIGKILL +++');
  });
});

describe('calls about limits, time and scheduling read as strace shows them:', () => {
  it.each([
    [
      'prlimit64',
      'sh -c "ulimit -n 100"',
      'prlimit64(0, RLIMIT_NOFILE, {rlim_cur=100, rlim_max=100}, ' +
        '{rlim_cur=1024, rlim_max=1024*1024}) = 0',
    ],
    ['setpriority', 'nice -n 5 true', 'setpriority(PRIO_PROCESS, 0, 5)         = 0'],
    ['sched_setaffinity', 'taskset 1 true', 'sched_setaffinity(0, 8, [0])            = 0'],
    ['sched_setscheduler', 'chrt -b 0 true', 'sched_setscheduler(0, SCHED_BATCH, [0]) = 0'],
    [
      'setitimer',
      'timeout 5.25 true',
      'setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=0}, ' +
        'it_value={tv_sec=5, tv_usec=250000}}, NULL) = 0',
    ],
  ])('%s', (name, program, line) => {
    expect(runScript(`strace -e ${name} ${program}`).stderr).toContain(`${line}\n`);
  });
});

function bytesOf(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../gu) ?? [], (pair) => Number.parseInt(pair, 16));
}
