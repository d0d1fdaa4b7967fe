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
  /** All stacks, whatever the line above them says. */
  readonly places: readonly Stack[];
}

export interface Stack {
  readonly heading: string;
  readonly frames: readonly StackFrame[];
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
  /^kmemleak: (?:\d+ new|\S+ left |Cannot|Found|Trying|Freeing|\[|Object)/,
  /^kmem_cache_destroy .*: Slab cache still/,
  /^kmem_cache of name /,
  /^cache_from_obj: /,
  /^virt_to_cache: /,
  /^object pointer: /,
  /^Trying to vfree/,
  /^UBSAN: /,
  /^watchdog: /,
  /^\[ BUG: /,
  // What a report says of its own locks and tasks begins none.
  /^INFO: (?!lockdep is turned off|task \S+ (?:is|<(?:reader|writer)>) )/,
  /^rcu: (?:INFO: |call_rcu\(\): )/,
  /^DEBUG_(?:LOCKS|RWSEMS)_WARN_ON/,
  /^ODEBUG: /,
  /^do not call blocking ops /,
  /^timer: \S+ preempt leak: /,
  /^softirq: huh, /,
  /^irq \d+(?: handler |: nobody cared)/,
  /^raw_local_irq_restore\(\) called /,
  /^initcall \S+ returned with /,
  /^note: \S+ exited with /,
  /^Voluntary context switch within /,
  /^Trying to free (?:already-free )?IRQ /,
  /^Unbalanced enable for IRQ /,
  /^genirq: /,
  /^sysfs: cannot create /,
  /^kobject/,
  /^proc_dir_entry /,
  /^remove_proc_entry: /,
  /^name '/,
];

/** `<IRQ>` and what ends it: parts of one stack. */
const MARK = /^ <\/?\w+>$/;
const RULE = /^={20,}$/;
/** What stands behind a report and says how its task ended is one line. */
const END = /^(?:---\[ end (?:trace|Kernel panic)|note: \S+ exited with )/;

/** Stacks and what stands above each. */
const STACKS: readonly (readonly [RegExp, StackName])[] = [
  [/^Call Trace:/, 'trace'],
  [/^Allocated (?:by|in) /, 'allocated'],
  [/^Freed (?:by|in) /, 'freed'],
  [/^Last potentially related work creation:/, 'work'],
  [/^ {2}backtrace /, 'leak'],
];
const FRAME = /^ +(?:\? )?([\w.]+)\+0x[0-9a-f]+\/0x[0-9a-f]+(?: \[(\w+)\](?: (\S+):(\d+))?)?$/;

/** The reports, in their order. What `titles` match begins one, too. */
export function findReports(lines: readonly string[], titles: readonly RegExp[] = []): Report[] {
  const headlines = [...HEADLINES, ...titles];
  const reports: Builder[] = [];
  let open: Builder | undefined;
  for (const line of lines) {
    if (headlines.some((pattern) => pattern.test(line))) {
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
  readonly #places: { heading: string; frames: StackFrame[] }[] = [];
  #stack: StackFrame[] | undefined;
  /** The last line that is no frame. */
  #heading = '';
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
    const isRuled = /^BUG: K[AC]SAN/.test(this.headlines[0]!);
    if (END.test(line) || (isRuled && RULE.test(line))) this.isOver = true;
    const frame = FRAME.exec(line);
    if (frame !== null) this.#addPlace(frameOf(frame));
    else if (!MARK.test(line)) this.#heading = line;
    const [, name] = STACKS.find(([pattern]) => pattern.test(line)) ?? [];
    if (name !== undefined) {
      this.#stack = [];
      // An end of trace may be printed with registers and a second stack; the first one counts.
      if (!this.#stacks.has(name)) this.#stacks.set(name, this.#stack);
      return;
    }
    if (frame !== null) this.#stack?.push(frameOf(frame));
    else if (!MARK.test(line)) this.#stack = undefined;
  }

  #addPlace(frame: StackFrame): void {
    const last = this.#places.at(-1);
    if (last?.heading === this.#heading) last.frames.push(frame);
    else this.#places.push({ heading: this.#heading, frames: [frame] });
  }

  finish(): Report {
    return {
      headlines: this.headlines,
      lines: this.#lines,
      stacks: this.#stacks,
      places: this.#places,
    };
  }
}

function frameOf([, symbol = '', module, file, line]: RegExpExecArray): StackFrame {
  if (module === undefined) return { symbol };
  if (file === undefined) return { symbol, module };
  return { symbol, module, file, line: Number(line) };
}
