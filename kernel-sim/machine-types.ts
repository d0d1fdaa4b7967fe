// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What a host (the page's frame, the `ringzero` command, a test) and a machine say to each other.
 *
 * Only plain data and ArrayBuffers cross. Whatever a host does to a machine is an `Input`, and is
 * recorded with the instant of virtual time at which it landed. What single views are answered
 * stands in view-types/, and goes through this door.
 */
import type { BadAccessView } from './view-types/memory.ts';
import type { WireSettings } from './view-types/network.ts';
import type { SourcePlace } from './view-types/source.ts';

export type * from './view-types/locks.ts';
export * from './view-types/memory.ts';
export type * from './view-types/network.ts';
export type * from './view-types/usb.ts';
export type * from './view-types/source.ts';
export * from './view-types/timeline.ts';

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
  /** A frame leaves the world over its uplink, while that is plugged in. */
  frame?(bytes: Uint8Array): void;
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
  | { readonly kind: 'rename-file'; readonly from: string; readonly to: string }
  | UsbInput
  | WireInput;

export type UsbInput =
  /** A device is plugged into a port of its USB, which count from 1, or with null pulled out. */
  | { readonly kind: 'usb'; readonly port: number; readonly device: UsbDeviceName | null }
  /** A cable is pulled out of a device's socket, or put in again. */
  | { readonly kind: 'cable'; readonly isPlugged: boolean; readonly socket: 'lan9512' };

/** What can be plugged into a USB. */
export type UsbDeviceName = 'hub' | 'lan9512' | 'loopback';

/** What happens to the machine's network from outside. */
export type WireInput =
  /** A cable is pulled out, or put in again: its own, or that of a device that was plugged in. */
  | { readonly kind: 'cable'; readonly isPlugged: boolean; readonly socket?: 'lan9512' }
  /** Knobs of its wire are turned. */
  | { readonly kind: 'wire'; readonly settings: Partial<WireSettings> }
  /**
   * Another world is joined to the switch, or taken off; frames come and go by `Host.frame`. With
   * `isIsolated` they come from and go to the machine alone: the other world has a gateway too.
   */
  | { readonly kind: 'uplink'; readonly isPlugged: boolean; readonly isIsolated?: boolean }
  /** A frame of the other world's, without preamble and checksum. */
  | { readonly kind: 'frame'; readonly bytes: Uint8Array };

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
  /** Bytes of memory, a multiple of the page size; 64 MiB unless told. */
  readonly memoryBytes?: number;
  /**
   * The network card: the one with rings, which waits for a driver (unless told), or one that the
   * kernel drives itself.
   */
  readonly nic?: 'ringnic' | 'paravirtual';
  /** Its address, as text; 52:54:00:12:34:56 unless told. */
  readonly mac?: string;
  /** As uname -n says it; the board's unless told. */
  readonly hostname?: string;
  /** What else is on its wire: the gateway and a second client (unless told), or nobody. */
  readonly neighbours?: 'world' | 'none';
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
  readonly source?: SourcePlace;
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
      readonly source?: SourcePlace;
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
  /** Tasks wait for each other in a circle, and none of them can ever go on. */
  | {
      readonly kind: 'deadlock';
      readonly atNs: number;
      /** Each waits for what the next one has, and the last for what the first has. */
      readonly waits: readonly {
        /** Name and number: `head/12`. */
        readonly task: string;
        /** The lock's class. */
        readonly lock: string;
      }[];
      /** Where the circle was closed. */
      readonly source?: SourcePlace;
    }
  /** Lockdep has found what may end in a deadlock: it says so once, and is silent from then on. */
  | {
      readonly kind: 'lock-report';
      readonly atNs: number;
      /** As the report's headline has it: `possible circular locking dependency detected`. */
      readonly title: string;
      readonly task: string;
      readonly source?: SourcePlace;
    }
  | { readonly kind: 'halted'; readonly atNs: number; readonly status: number };

/** The address sanitizer has reported something. */
export interface BadMemoryHappening {
  readonly kind: 'bad-memory';
  readonly atNs: number;
  readonly task: string;
  readonly access: BadAccessView;
  readonly source?: SourcePlace;
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
