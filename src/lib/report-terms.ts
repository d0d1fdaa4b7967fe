// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What the parts of a kernel report mean, for somebody who reads one for the first time.
 *
 * Linux: Documentation/admin-guide/bug-hunting.rst and tainted-kernels.rst say it at length.
 */

export interface Explanation {
  /** Where the part stands in its line. */
  readonly start: number;
  readonly length: number;
  readonly title: string;
  readonly text: string;
}

/** Letters of the taint flags. Linux: kernel/panic.c. */
const TAINTS: Readonly<Record<string, string>> = {
  P: 'a proprietary module was loaded: its licence is none that Linux counts as free',
  G: 'every loaded module has a free licence',
  F: 'a module was loaded by force',
  S: 'a processor runs outside of its specification',
  R: 'a module was removed by force',
  M: 'a processor reported a machine check',
  B: 'a page was found in a bad state: memory has been corrupted',
  U: 'a program asked for the taint',
  D: 'the kernel has died before: there was an oops',
  A: 'an ACPI table was replaced',
  W: 'the kernel has given a warning before',
  C: 'a staging driver was loaded',
  I: 'firmware has a bug that was worked around',
  O: 'a module that is not part of the kernel was loaded: yours',
  E: 'an unsigned module was loaded',
  L: 'a soft lockup has happened: something computed and never gave its CPU back',
  K: 'the kernel was patched while it ran',
  X: 'a taint that a distribution defines',
  T: 'structures of the kernel lie in a random order',
  N: 'a test module was loaded',
};

/** A line for each letter of a taint. */
export function taintWords(letters: string): string {
  return [...letters]
    .filter((letter) => letter !== ' ')
    .map((letter) => `${letter}: ${TAINTS[letter] ?? 'unknown'}`)
    .join('\n');
}

interface Rule {
  readonly pattern: RegExp;
  readonly explain: (match: RegExpExecArray) => Omit<Explanation, 'start' | 'length'>;
}

/** What KASAN calls what it finds. Linux: mm/kasan/report_generic.c. */
const FINDINGS: Readonly<Record<string, string>> = {
  'slab-use-after-free': 'An object was touched after kfree() had given it back.',
  'use-after-free': 'A page was touched after it had been given back.',
  'slab-out-of-bounds': 'Something beside an object was touched: before it, or behind its end.',
  'stack-out-of-bounds': 'Something beside a buffer on the kernel stack was touched.',
  'global-out-of-bounds': 'Something beside a global buffer was touched.',
  'vmalloc-out-of-bounds': 'Something behind the end of a vmalloc area was touched.',
  'double-free': 'An object was given back twice.',
  'invalid-free': 'What was given back is not the beginning of an object.',
};

/** A name for the part, and what it says. */
function says(title: string, text: string): () => Omit<Explanation, 'start' | 'length'> {
  return () => ({ title, text });
}

const RULES: readonly Rule[] = [
  {
    pattern: /BUG: KASAN: ([a-z-]+)/g,
    explain: ([, kind = '']) => ({
      title: `KASAN: ${kind}`,
      text:
        `${FINDINGS[kind] ?? 'Memory was touched that nobody may touch.'} The sanitizer looks ` +
        'before each access; the access is done all the same. It reports once per boot.',
    }),
  },
  {
    pattern: /^(Read|Write) of size (\d+)/g,
    explain: ([, verb = '', bytes = '']) => ({
      title: `${verb} of ${bytes} ${bytes === '1' ? 'byte' : 'bytes'}`,
      text: 'What the code did, at which address, and the task that it ran in.',
    }),
  },
  {
    pattern: /^(Allocated|Freed) by task (\d+)/g,
    explain: ([, what = '', pid = '']) => ({
      title: `${what} by process ${pid}`,
      text: 'The calls that did it, the innermost first: the first line of your driver says where.',
    }),
  },
  {
    pattern: /^Memory state around the buggy address/g,
    explain: says(
      'Shadow memory',
      'Each byte stands for eight of memory: 00 all may be touched, 01 to 07 the first so many, ' +
        'fa and fb freed, fc a red zone beside an object, ff a free page.',
    ),
  },
  {
    pattern: /unreferenced object/g,
    explain: says(
      'Unreferenced object',
      'kmemleak has found no pointer to it anywhere: nobody can use or free it any more.',
    ),
  },
  {
    pattern: /Tainted: (?!\[)([A-Z](?:[A-Z ]*[A-Z])?)/g,
    explain: ([, letters = '']) => ({
      title: 'Taint: why the kernel cannot be trusted fully',
      text: taintWords(letters),
    }),
  },
  {
    pattern: /\[([A-Z])\]=[A-Z_]+/g,
    explain: ([, letter = '']) => ({
      title: `Taint ${letter}`,
      text: TAINTS[letter] ?? 'unknown',
    }),
  },
  {
    pattern: /Not tainted/g,
    explain: says('Not tainted', 'Nothing has happened yet that makes reports doubtful.'),
  },
  {
    pattern: /\bCPU: (\d+)/g,
    explain: ([, cpu = '']) => ({
      title: `CPU ${cpu}`,
      text: `The report is about code that ran on processor ${cpu}, counted from 0.`,
    }),
  },
  {
    pattern: /\bUID: (\d+)/g,
    explain: ([, uid = '']) => ({
      title: `User ${uid}`,
      text: uid === '0' ? 'The task ran as root.' : 'The user that the task ran as.',
    }),
  },
  {
    pattern: /\bPID: (\d+) Comm: (\S+)/g,
    explain: ([, pid = '', name = '']) => ({
      title: `Process ${pid}, ${name}`,
      text:
        `The program in whose system call it happened. Drivers run in the process that calls ` +
        `them: this one, if it is no kernel thread, dies of an oops.`,
    }),
  },
  {
    pattern: /\bPREEMPT\((\w+)\)/g,
    explain: ([, mode = '']) => ({
      title: `Preemption: ${mode}`,
      text:
        mode === 'full'
          ? 'The kernel may switch to another task at any statement of a module.'
          : 'The kernel switches tasks at calls that may wait, and when a program returns.',
    }),
  },
  {
    pattern: /\[#(\d+)\]/g,
    explain: ([, count = '']) => ({
      title: `Oops number ${count} since boot`,
      text:
        count === '1'
          ? 'The first one. Later ones may only follow from it.'
          : 'Look at the first one: this may only follow from it.',
    }),
  },
  {
    pattern: /^RIP: 0010:/g,
    explain: says(
      'RIP: where it stopped',
      'The instruction pointer: the function, how far into it, its length, and its module. 0010 ' +
        'is the code segment, which says that it was the kernel that ran.',
    ),
  },
  {
    pattern: /\b([\w.$]+)\+0x([0-9a-f]+)\/0x([0-9a-f]+)(?: \[(\w+)\])?/g,
    explain: ([, name = '', offset = '', length = '', module]) => ({
      title: `In ${name}${module === undefined ? ', the kernel' : `, module ${module}`}`,
      text:
        `${Number.parseInt(offset, 16)} bytes into a function of ` +
        `${Number.parseInt(length, 16)} bytes. ` +
        (module === undefined
          ? 'A function of the kernel itself.'
          : 'A function of a module; behind it stand its file and line.'),
    }),
  },
  {
    pattern: /^Call Trace:/g,
    explain: says(
      'Call trace',
      'Who called whom, the innermost first: read it upwards to follow the call into your driver.',
    ),
  },
  {
    pattern: /<\/?(TASK|IRQ|SOFTIRQ)>/g,
    explain: ([, context = '']) => ({
      title: context === 'TASK' ? 'In a task' : 'In an interrupt',
      text:
        context === 'TASK'
          ? 'The calls between these marks were made for a process, or by a kernel thread.'
          : 'The calls between these marks interrupted what stands below them.',
    }),
  },
  {
    pattern: /^Modules linked in:/g,
    explain: says(
      'Modules linked in',
      'All loaded modules. In brackets: taint letters, + while it is being loaded, - while it is ' +
        'being unloaded.',
    ),
  },
  {
    pattern: /^Hardware name:/g,
    explain: says('Hardware name', 'The machine: a simulated one.'),
  },
  {
    pattern: /\[ end trace [0-9a-f]+ \]/g,
    explain: says('End of the report', 'What follows is no longer about this.'),
  },
  {
    pattern: /\[ cut here \]/g,
    explain: says('Cut here', 'Send the kernel developers what stands from here to "end trace".'),
  },
  {
    pattern: /^kernel BUG at/g,
    explain: says(
      'BUG',
      'The kernel found itself in a state that must not be. Here: your driver threw something ' +
        'that is no Errno, which is what panic!() is in Rust.',
    ),
  },
  {
    pattern: /^Oops: invalid opcode: 0000/g,
    explain: says(
      'Oops: invalid opcode',
      'BUG() is compiled to an instruction that does not exist, so that the processor stops ' +
        'right there. An oops ends the task that made it; the kernel goes on, and locks stay ' +
        'locked.',
    ),
  },
  {
    pattern: /^Oops: stack guard page: 0000|stack guard page was hit/g,
    explain: says(
      'The kernel stack is used up',
      'A task has 16 KiB of stack in the kernel. Behind it lies a page that nobody may touch.',
    ),
  },
  {
    pattern: /soft lockup/g,
    explain: says(
      'Soft lockup',
      'A CPU ran code of the kernel for seconds without giving anybody else a turn: often a loop ' +
        'that waits for something that cannot happen meanwhile.',
    ),
  },
  {
    pattern: /\bpreempt_count: ([0-9a-f]+), expected: ([0-9a-f]+)/g,
    explain: ([, count = '']) => ({
      title: `Preempt count ${count}`,
      text:
        'How often preemption was switched off and not on again: each held spinlock counts one. ' +
        'While it is not 0, nothing may sleep.',
    }),
  },
  {
    pattern: /scheduling while atomic|sleeping function called from invalid context/g,
    explain: says(
      'Sleeping where nobody may',
      'Something that may wait was called with a spinlock held or in an interrupt. If it did ' +
        'wait, whoever wants the lock would spin for ever.',
    ),
  },
  {
    pattern: /irqs_disabled\(\): (\d)/g,
    explain: ([, flag = '']) => ({
      title: flag === '1' ? 'Interrupts are off' : 'Interrupts are on',
      text: 'Whether this CPU takes interrupts.',
    }),
  },
  {
    pattern: /\bin_atomic\(\): (\d)/g,
    explain: ([, flag = '']) => ({
      title: flag === '1' ? 'In atomic context' : 'Not in atomic context',
      text: 'Whether a spinlock is held, preemption is off, or an interrupt is being handled.',
    }),
  },
];

/** The parts of a line that can be explained, in their order; none overlaps another. */
export function explanationsOf(line: string): readonly Explanation[] {
  const found: Explanation[] = [];
  for (const { pattern, explain } of RULES) {
    for (const match of line.matchAll(pattern)) {
      found.push({ start: match.index, length: match[0].length, ...explain(match) });
    }
  }
  found.sort((a, b) => a.start - b.start || b.length - a.length);
  let end = 0;
  return found.filter(({ start, length }) => {
    if (start < end) return false;
    end = start + length;
    return true;
  });
}

/** The explanation of the part at `column` (from 0), if it has one. */
export function explanationAt(line: string, column: number): Explanation | undefined {
  return explanationsOf(line).find(
    ({ start, length }) => column >= start && column < start + length,
  );
}
