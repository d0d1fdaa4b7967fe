// SPDX-License-Identifier: GPL-2.0-or-later
// tidy: long because all that crosses the border of a machine stands in one place.
/**
 * What a host (the page's frame, the `ringzero` command, a test) and a machine say to each other.
 *
 * Only plain data and ArrayBuffers cross. Whatever a host does to a machine is an `Input`, and is
 * recorded with the instant of virtual time at which it landed.
 */

/** What the machine asks of its host. None of it may call back into the machine. */
export interface Host {
  /**
   * Evaluates the text of one function expression in the realm of the kernel and returns the
   * function. `name` is what a debugger shows for it.
   */
  evaluate(code: string, name: string): unknown;
  /**
   * Bytes sent out by a port. `ttyS0`… are terminals; `hvc0` and `hvc1` a script's stdout and
   * stderr.
   */
  output(port: PortName, bytes: Uint8Array): void;
  /** A build asked for through /dev/hostcc. The host answers with a `compiled` input. */
  compile(id: number, request: Uint8Array): void;
  /**
   * A regular file under /home/user was closed after writing (bytes), or is gone (null). A path
   * that ends in a slash is a directory's: made (no bytes), or gone (null) with all that was in it.
   */
  fileChanged(path: string, bytes: Uint8Array | null): void;
}

export type PortName = 'ttyS0' | 'ttyS1' | 'ttyS2' | 'ttyS3' | 'hvc0' | 'hvc1';

export type Input =
  | { readonly kind: 'tty'; readonly tty: number; readonly bytes: Uint8Array }
  /**
   * Somebody takes a place at a terminal, or leaves it: the line's carrier (DCD) comes or goes. The
   * first terminal has its carrier from the start.
   */
  | { readonly kind: 'carrier'; readonly tty: number; readonly isUp: boolean }
  | {
      readonly kind: 'resize';
      readonly tty: number;
      readonly rows: number;
      readonly columns: number;
    }
  /** More of a script's standard input; an empty array is its end. */
  | { readonly kind: 'stdin'; readonly bytes: Uint8Array }
  | { readonly kind: 'compiled'; readonly id: number; readonly bytes: Uint8Array }
  /**
   * The host saves a file (an editor tab): written as `user`, missing folders are made. With a
   * slash at the end of its path, a folder.
   */
  | { readonly kind: 'write-file'; readonly path: string; readonly bytes: Uint8Array }
  /** With a slash at the end of its path a folder, and all that is in it. */
  | { readonly kind: 'remove-file'; readonly path: string }
  /** A file or folder gets another path under the same roof. */
  | { readonly kind: 'rename-file'; readonly from: string; readonly to: string };

export interface BootFile {
  /** Of a folder when it ends in a slash; then `bytes` and `mode` say nothing. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Permission bits, 0o644 unless told. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/** Everything that determines a run, but for its inputs and choices. */
export interface BootImage {
  readonly board: 'pc' | 'rpi3';
  readonly cpus: number;
  /** Any whole number from 0 to 2^32-1. */
  readonly seed: number;
  /** The kernel's command line: `kasan=off preempt=full …`. */
  readonly cmdline: string;
  readonly files: readonly BootFile[];
  /** What CLOCK_REALTIME says at boot, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Run this script as `user` in /home/user and power off with its status, instead of a login. */
  readonly script?: {
    readonly text: string;
    readonly user: 'user' | 'root';
    readonly args: readonly string[];
  };
}

/** One input, with the instant at which it landed. */
export interface RecordedInput {
  readonly atNs: number;
  readonly input: Input;
}

/** One choice whose answer was not the default one: the n-th choice of its kind. */
export type RecordedChoice = readonly [kind: string, index: number, answer: number];

/** A run as a value. */
export interface Recording {
  readonly version: 1;
  readonly image: BootImage;
  readonly inputs: readonly RecordedInput[];
  readonly choices: readonly RecordedChoice[];
  /** How far the run went. */
  readonly endNs: number;
}

export interface LogLine {
  readonly sequence: number;
  readonly timeNs: number;
  /** 0 (emergency) to 7 (debug). */
  readonly level: number;
  readonly text: string;
  /** The driver's source line that printed it, when one did. */
  readonly source?: { readonly module: string; readonly file: string; readonly line: number };
}

export interface ModuleView {
  readonly name: string;
  readonly sizeBytes: number;
  readonly references: number;
  /** The modules that use it. */
  readonly usedBy: readonly string[];
  readonly state: 'Live' | 'Loading' | 'Unloading' | 'Oopsed';
  readonly taints: string;
}

/** All that a view may ask of one loaded module. */
export interface ModuleDetail {
  readonly name: string;
  readonly version?: string;
  readonly license: string;
  readonly description: string;
  readonly author: string;
  /** What is in memory now: the sections for init are gone once it has returned. */
  readonly sections: readonly {
    readonly name: string;
    /** In hexadecimal, with all the digits of a pointer. */
    readonly address: string;
    readonly sizeBytes: number;
  }[];
  /** What the module defines, by address. */
  readonly symbols: readonly ModuleSymbol[];
  /** What it uses, and the module that has it; `kernel` for the kernel's own. */
  readonly imports: readonly { readonly name: string; readonly from: string }[];
  readonly dependsOn: readonly string[];
  readonly usedBy: readonly string[];
  /** Modules that use it, open files, and whoever else keeps it from being unloaded. */
  readonly references: number;
  /** Who has a file of it open. */
  readonly holders: readonly ModuleHolder[];
  readonly parameters: readonly {
    readonly name: string;
    /** As `modinfo` prints it: `int`, `charp`, … */
    readonly type: string;
    readonly value: string;
    readonly description: string;
    /** Permission bits of its file in sysfs; 0 when it has none. */
    readonly mode: number;
  }[];
  readonly taints: string;
}

export interface ModuleHolder {
  readonly pid: number;
  /** The program's name. */
  readonly name: string;
  readonly fd: number;
  readonly path: string;
}

export interface ModuleSymbol {
  readonly name: string;
  readonly address: string;
  readonly sizeBytes: number;
  /** The letter of nm(1): `t` a function of its own, `T` one for others, `d` data, … */
  readonly kind: string;
  readonly isExported: boolean;
  readonly isGplOnly: boolean;
}

/** What a view of memory wants to see besides the list of caches. */
export interface MemoryRequest {
  /** Name of the cache whose objects are wanted one by one. */
  readonly cache?: string;
  /** An address in the object that is wanted in every detail. */
  readonly address?: number;
}

/** Memory as a view shows it: taken on demand, between two slices. */
export interface MemoryView {
  readonly nowNs: number;
  /** Bytes of a pointer: how addresses are written. */
  readonly pointerBytes: 4 | 8;
  readonly caches: readonly CacheView[];
  /** Of the cache that was asked for; absent when there is none of that name. */
  readonly objects?: CacheObjects;
  /** Where the address that was asked for leads; absent when it is in no slab. */
  readonly object?: ObjectView;
  /** What nothing leads to any more, as kmemleak has found. */
  readonly leaks: readonly LeakView[];
  readonly other: OtherMemory;
}

/** An allocation that was lost, and who made it. */
export interface LeakView {
  readonly address: number;
  readonly sizeBytes: number;
  readonly kind: 'slab' | 'vmalloc' | 'percpu';
  readonly pid: number;
  readonly task: string;
  readonly where: string;
  readonly source?: LogLine['source'];
}

export interface CacheView {
  readonly name: string;
  readonly objectBytes: number;
  /** Distance between two objects. */
  readonly slotBytes: number;
  readonly slabs: number;
  /** Room for so many objects. */
  readonly objects: number;
  readonly allocated: number;
  readonly quarantined: number;
}

/** One byte for each object: one of the first three, and flags. */
export const OBJECT = {
  FREE: 0,
  ALLOCATED: 1,
  QUARANTINED: 2,
  /** What of the byte is not a flag. */
  STATE: 0x0f,
  LEAKED: 0x10,
  BAD_ACCESS: 0x20,
} as const;

/** Every object of a cache, slab after slab, by address. */
export interface CacheObjects {
  readonly cache: string;
  readonly slotBytes: number;
  /** Where in its slot an object begins: behind a red zone, where there is one. */
  readonly objectOffset: number;
  /** Address of each slab, and how many objects it has. */
  readonly slabs: Float64Array<ArrayBuffer>;
  readonly counts: Uint16Array<ArrayBuffer>;
  /** `OBJECT` of each object. */
  readonly states: Uint8Array<ArrayBuffer>;
  /** Index in `owners` of who allocated it. */
  readonly owner: Uint8Array<ArrayBuffer>;
  /** `kernel`, then modules. */
  readonly owners: readonly string[];
}

export interface ObjectView {
  readonly address: number;
  readonly cache: string;
  readonly slab: number;
  /** Which object of its slab it is, from 0. */
  readonly index: number;
  readonly objectBytes: number;
  /** What its owner asks or asked for; the whole object where nobody knows. */
  readonly requestedBytes: number;
  /** A byte of `OBJECT`. */
  readonly state: number;
  /**
   * Up to the next object, and the shadow of each eight of them (hw/ram/shadow.ts); none where
   * nobody keeps one.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly shadow: Uint8Array<ArrayBuffer>;
  /** Its life as far as it is recorded, oldest first. */
  readonly events: readonly MemoryEvent[];
  /** What it is or was allocated for, if a module says it. */
  readonly type?: ObjectTypeView;
}

/** A struct of a module; what it says may not fit the object. */
export interface ObjectTypeView {
  readonly name: string;
  readonly sizeBytes: number;
  readonly fields: readonly ObjectField[];
}

export interface ObjectField {
  /** `node.next` for a field of a field. */
  readonly name: string;
  readonly offset: number;
  /** 0 for a flexible array, which ends with the object. */
  readonly sizeBytes: number;
  /** A scalar's name, `pointer`, `function`, `u8[6]`, `u8[]`, `struct[4]`. */
  readonly kind: string;
  /** The slab cache into which a pointer leads. */
  readonly cache?: string;
  /** What a pointer to a function leads to: `ring_read [ring]`. */
  readonly symbol?: string;
}

export interface MemoryEvent {
  readonly kind: 'allocated' | 'freed' | 'accessed';
  readonly timeNs: number;
  readonly cpu: number;
  readonly pid: number;
  readonly task: string;
  /** Where in a driver, or the innermost function of the kernel that is known. */
  readonly where: string;
  readonly source?: LogLine['source'];
  readonly access?: BadAccessView;
}

/** What a report is about. */
export interface BadAccessView {
  /** As the report's title has it: `slab-use-after-free`. */
  readonly kind: string;
  readonly address: number;
  /** 0 for a wrong free. */
  readonly sizeBytes: number;
  readonly isWrite: boolean;
  /** Of the report's headline in the log. */
  readonly logSequence: number;
}

/** What lies outside of the caches. */
export interface OtherMemory {
  readonly totalBytes: number;
  readonly freeBytes: number;
  /** How many free blocks there are of 1, 2, 4 … pages. */
  readonly freeBlocks: readonly number[];
  /** Allocations of kmalloc that were too large for a cache. */
  readonly large: { readonly count: number; readonly bytes: number };
  readonly vmalloc: readonly VmallocView[];
}

/** A line of /proc/vmallocinfo. */
export interface VmallocView {
  readonly address: number;
  readonly sizeBytes: number;
  readonly pages: number;
  /** Who asked for it, as reports name a function. */
  readonly caller: string;
}

export interface TaskView {
  readonly pid: number;
  readonly name: string;
  readonly state: 'R' | 'S' | 'D' | 'Z' | 'T' | 'I';
  /** The CPU that it runs on or ran on last. */
  readonly cpu: number;
  /** 0 for who has no parent. */
  readonly ppid: number;
  readonly uid: number;
  /** What top shows: `policy` by its name, `priority` 0 to 39, negative for real-time tasks. */
  readonly policy: 'OTHER' | 'BATCH' | 'IDLE' | 'FIFO' | 'RR';
  readonly nice: number;
  readonly priority: number;
  /** CPU time spent in user mode and in the kernel. */
  readonly userNs: number;
  readonly systemNs: number;
  readonly startNs: number;
  /** Arguments separated by blanks; empty for kernel threads and zombies. */
  readonly commandLine: string;
  /** What it sleeps on, as `ps -o wchan` names it; empty when it does not. */
  readonly waitChannel: string;
  readonly threads: number;
  readonly rssBytes: number;
}

export interface CpuView {
  readonly id: number;
  /** Where its time went since boot. */
  readonly userNs: number;
  readonly systemNs: number;
  readonly idleNs: number;
  readonly irqNs: number;
  /** Pid of the task that it runs, 0 when it is idle. */
  readonly running: number;
}

/** The latest news of what people did and the kernel answered: feeds "what just happened". */
export type Happening =
  | { readonly kind: 'booted'; readonly atNs: number }
  | {
      readonly kind: 'module-loaded';
      readonly atNs: number;
      readonly module: string;
      readonly sizeBytes: number;
      readonly lines: number;
      /** Modules whose symbols it uses, and symbols that it has for others. */
      readonly uses: readonly string[];
      readonly exports: readonly string[];
    }
  | { readonly kind: 'module-unloaded'; readonly atNs: number; readonly module: string }
  | {
      readonly kind: 'module-refused';
      readonly atNs: number;
      /** Empty for a file that does not even say its name. */
      readonly module: string;
      readonly errno: string;
      /** What the log says of it, if anything: `Unknown symbol f (err -2)`. */
      readonly why: string;
    }
  | {
      readonly kind: 'oops';
      readonly atNs: number;
      readonly title: string;
      readonly source?: LogLine['source'];
    }
  | {
      readonly kind: 'build';
      readonly atNs: number;
      readonly module: string;
      readonly errors: number;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: 'device';
      readonly atNs: number;
      readonly name: string;
      readonly major: number;
    }
  /** A file of /proc/sys, by its path there: `rust/example/test`. */
  | { readonly kind: 'sysctl'; readonly atNs: number; readonly path: string }
  | BadMemoryHappening
  | { readonly kind: 'halted'; readonly atNs: number; readonly status: number };

/** The address sanitizer has reported something. */
export interface BadMemoryHappening {
  readonly kind: 'bad-memory';
  readonly atNs: number;
  readonly task: string;
  readonly access: BadAccessView;
  readonly source?: LogLine['source'];
  /** What is known of the object that it happened to, when it did to one. */
  readonly object?: {
    readonly sizeBytes: number;
    /** Of the first byte that was touched, from the object's first. */
    readonly offset: number;
    /** Who had freed it, and how long before. */
    readonly freed?: { readonly task: string; readonly agoNs: number };
  };
}

/** Who has a terminal's keys. */
export interface ForegroundView {
  /** Of the foreground process; empty when nobody has the terminal. */
  readonly name: string;
  /** It is the shell at its prompt. */
  readonly atPrompt: boolean;
}

/** What a view may see: frozen, plain, taken between two slices. */
export interface MachineSnapshot {
  readonly nowNs: number;
  readonly state: 'running' | 'idle' | 'halted';
  readonly tainted: number;
  readonly log: readonly LogLine[];
  readonly modules: readonly ModuleView[];
  readonly tasks: readonly TaskView[];
  readonly cpus: readonly CpuView[];
  /** Over 1, 5 and 15 minutes. */
  readonly loadAverages: readonly [number, number, number];
  readonly happenings: readonly Happening[];
  readonly memory: { readonly totalBytes: number; readonly freeBytes: number };
  /** By terminal, from ttyS0 on. */
  readonly foreground: readonly ForegroundView[];
}
