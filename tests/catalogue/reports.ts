// SPDX-License-Identifier: GPL-2.0-or-later
/** Finds the reports in a kernel log, whoever made them, and takes them apart. */

/** A frame of a stack, as a report prints it. */
export interface StackFrame {
  readonly symbol: string;
  readonly module?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface Report {
  /** Lines that say what it is. One mistake may be named twice: by its finder, and by BUG(). */
  readonly headlines: readonly string[];
  readonly lines: readonly string[];
  /** Stacks by the line above them. */
  readonly stacks: ReadonlyMap<StackName, readonly StackFrame[]>;
}

export type StackName = 'trace' | 'allocated' | 'freed' | 'work' | 'leak';

/** How a report may begin. What none of these knows cannot be taken for silence: see `isAlarm`. */
const HEADLINES: readonly RegExp[] = [
  /^BUG: /,
  /^BUG \S.* \(.*\): /,
  /^WARNING: /,
  /^kernel BUG at /,
  /^Oops: (?!Oops)/,
  /^typescript_kernel: panicked/,
  /^Kernel panic - /,
  /^list_(?:add|del) /,
  /^usercopy: /,
  /^refcount_t: /,
  /: detected buffer overflow: /,
  /^unreferenced object /,
  /^kmemleak: (?:\d+ new|Cannot|Found|Trying|Freeing|\[|Object)/,
  /^kmem_cache_destroy .*: Slab cache still/,
  /^kmem_cache of name /,
  /^cache_from_obj: /,
  /^virt_to_cache: /,
  /^object pointer: /,
  /^Trying to vfree/,
  /^UBSAN: /,
  /^watchdog: /,
  /^INFO: /,
];

const RULE = /^={20,}$/;
const END = /^---\[ end (?:trace|Kernel panic)/;

/** Stacks and what stands above each. */
const STACKS: readonly (readonly [RegExp, StackName])[] = [
  [/^Call Trace:/, 'trace'],
  [/^Allocated (?:by|in) /, 'allocated'],
  [/^Freed (?:by|in) /, 'freed'],
  [/^Last potentially related work creation:/, 'work'],
  [/^ {2}backtrace /, 'leak'],
];
const FRAME = /^ +(?:\? )?([\w.]+)\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[(\w+)\](?: (\S+):(\d+))?)?$/;

/** The reports, in their order. */
export function findReports(lines: readonly string[]): Report[] {
  const reports: Builder[] = [];
  let open: Builder | undefined;
  for (const line of lines) {
    if (HEADLINES.some((pattern) => pattern.test(line))) {
      if (open === undefined || !open.goesOnWith()) {
        open = new Builder();
        reports.push(open);
      }
      open.headlines.push(line);
    }
    open?.add(line);
    if (open?.isOver === true) open = undefined;
  }
  return reports.map((builder) => builder.finish());
}

/** Gathers the lines of one report. */
class Builder {
  readonly headlines: string[] = [];
  readonly #lines: string[] = [];
  readonly #stacks = new Map<StackName, StackFrame[]>();
  #stack: StackFrame[] | undefined;
  isOver = false;

  /** Whether a headline says more of this report: no stack has been printed between the two. */
  goesOnWith(): boolean {
    // What kmemleak says is several reports, of which no line belongs to another.
    const isLeak = /^(?:unreferenced object|kmemleak:) /.test(this.headlines[0]!);
    return !this.#stacks.has('trace') && !isLeak;
  }

  add(line: string): void {
    this.#lines.push(line);
    // The rule above a headline belongs to nobody; the one below ends KASAN's report.
    const isKasan = this.headlines[0]!.startsWith('BUG: KASAN');
    if (END.test(line) || (isKasan && RULE.test(line))) this.isOver = true;
    const [, name] = STACKS.find(([pattern]) => pattern.test(line)) ?? [];
    if (name !== undefined) {
      this.#stack = [];
      // An end of trace may be printed with registers and a second stack; the first one counts.
      if (!this.#stacks.has(name)) this.#stacks.set(name, this.#stack);
      return;
    }
    const frame = FRAME.exec(line);
    if (frame !== null) this.#stack?.push(frameOf(frame));
    else if (!/^ <\/?\w+>$/.test(line)) this.#stack = undefined;
  }

  finish(): Report {
    return { headlines: this.headlines, lines: this.#lines, stacks: this.#stacks };
  }
}

function frameOf([, symbol = '', module, file, line]: RegExpExecArray): StackFrame {
  if (module === undefined) return { symbol };
  if (file === undefined) return { symbol, module };
  return { symbol, module, file, line: Number(line) };
}
