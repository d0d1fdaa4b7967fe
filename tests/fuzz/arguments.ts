// SPDX-License-Identifier: GPL-2.0-or-later
/** Where fuzzed programs have their memory, and random arguments that point into it. */
import type { Prng } from '../../kernel-sim/sim/prng.ts';
import { O } from '../../kernel-sim/uapi/fs.ts';
import { MAP } from '../../kernel-sim/uapi/mman.ts';
import { PTRACE } from '../../kernel-sim/uapi/ptrace.ts';
import { SIGSET_BYTES } from '../../kernel-sim/uapi/signal.ts';
import { AF, MSG, SOCK, SOCK_FLAG, SOL } from '../../kernel-sim/uapi/socket.ts';
import { TTY_IOCTL } from '../../kernel-sim/uapi/termios.ts';
import type { Kind } from './calls.ts';

const PAGE = 4096;
/** The same in each process. Only `ZONE` is what memory calls aim at; `GUARD` is never mapped. */
export const LAYOUT = {
  TEXTS: 0x10_0000_0000,
  TEXT_PAGES: 4,
  ARENA: 0x10_0010_0000,
  ARENA_PAGES: 16,
  GUARD: 0x10_0011_0000,
  SHARED: 0x10_0020_0000,
  SHARED_PAGES: 2,
  ZONE: 0x10_0030_0000,
  ZONE_PAGES: 64,
} as const;

/** Places of structures, at the beginning of the arena. */
const STRUCTURES = 64;
export const STRUCTURE_BYTES = 64;

const FAMILIES = [AF.UNIX, AF.UNIX, AF.INET, AF.INET, AF.INET6, AF.NETLINK, AF.PACKET, 0];
const TYPES = [SOCK.STREAM, SOCK.STREAM, SOCK.DGRAM, SOCK.DGRAM, SOCK.RAW, SOCK.SEQPACKET];
/** ICMP, TCP, UDP, ICMPv6, raw, and NETLINK_SOCK_DIAG. */
const PROTOCOLS = [1, 6, 17, 58, 255, 4];
const LEVELS = [SOL.SOCKET, SOL.SOCKET, SOL.SOCKET, 0, 6, 17, 41, 255, SOL.PACKET, SOL.NETLINK];
const ADDRESS_BYTES = [2, 8, 12, 16, 16, 20, 28, 110, 128];

const WILD_ONE_IN = 12;
const DESCRIPTORS = 24;
const BYTES_MAX = 9000;

/** Addresses of texts that have been put into memory. */
export interface Texts {
  readonly path: readonly number[];
  readonly name: readonly number[];
  readonly program: readonly number[];
  /** Addresses of sockets, and requests to netlink. */
  readonly sockaddr: readonly number[];
  readonly request: readonly number[];
}

export class RandomArguments {
  readonly #random: Prng;
  readonly #texts: Texts;
  /** Numbers of the tasks that may be harmed. */
  readonly #tasks: () => readonly number[];
  readonly #makers: Readonly<Record<Kind, () => number>>;

  constructor(random: Prng, texts: Texts, tasks: () => readonly number[]) {
    this.#random = random;
    this.#texts = texts;
    this.#tasks = tasks;
    this.#makers = this.#all();
  }

  /** One argument. Kinds in capitals keep to what they are, since all else does too much harm. */
  make(kind: Kind): number {
    const isTame = kind === 'TASK' || kind === 'CHILD' || kind === 'NO_MAGIC';
    const isWild = !isTame && this.#random.below(WILD_ONE_IN) === 0;
    return this.#makers[isWild ? 'any' : kind]();
  }

  /** Somewhere in memory of the program's, mostly aligned, at times just ahead of a hole. */
  memory(): number {
    const random = this.#random;
    switch (random.below(8)) {
      case 0:
        return LAYOUT.GUARD - 1 - random.below(64);
      case 1:
        return LAYOUT.SHARED + 8 * random.below((LAYOUT.SHARED_PAGES * PAGE) / 8);
      case 2:
        return LAYOUT.ARENA + random.below(LAYOUT.ARENA_PAGES * PAGE);
      case 3:
        return LAYOUT.ZONE + random.below(LAYOUT.ZONE_PAGES * PAGE);
      default:
        return LAYOUT.ARENA + 8 * random.below((LAYOUT.ARENA_PAGES * PAGE) / 8);
    }
  }

  /** One of the places where something is kept that a call might understand. */
  structure(): number {
    return LAYOUT.ARENA + STRUCTURE_BYTES * this.#random.below(STRUCTURES);
  }

  #any(): number {
    const random = this.#random;
    switch (random.below(10)) {
      case 0:
        return 0;
      case 1:
        return -1 - random.below(3);
      case 2:
        return random.below(8);
      case 3:
        return PAGE * random.below(16);
      case 4:
        return 2 ** random.below(64);
      case 5:
        return -(2 ** random.below(63));
      case 6:
        return 1 << random.below(32);
      case 7:
        return random.next();
      case 8:
        return this.memory();
      default:
        return this.#pick(this.#texts.name);
    }
  }

  #pick(from: readonly number[]): number {
    return from[this.#random.below(from.length)] ?? 0;
  }

  #task(): number {
    const random = this.#random;
    if (random.below(8) === 0) return 0;
    if (random.below(32) === 0) return 30_000 + random.below(10_000);
    return this.#pick(this.#tasks());
  }

  #mapFlags(): number {
    const random = this.#random;
    const type = random.below(8) === 0 ? random.below(16) : 1 + random.below(2);
    let flags = type | (random.below(4) === 0 ? 0 : MAP.FIXED);
    if (random.below(3) > 0) flags |= MAP.ANONYMOUS;
    if (random.below(8) === 0) flags |= MAP.POPULATE;
    return random.below(16) === 0 ? flags | (1 << random.below(21)) : flags;
  }

  #all(): Record<Kind, () => number> {
    const random = this.#random;
    const below = (bound: number) => () => random.below(bound);
    const requests = Object.values(PTRACE);
    const ioctls = Object.values(TTY_IOCTL);
    return {
      any: () => this.#any(),
      small: below(12),
      descriptor: below(DESCRIPTORS),
      path: () => this.#pick(this.#texts.path),
      name: () => this.#pick(this.#texts.name),
      program: () => this.#pick(this.#texts.program),
      memory: () => this.memory(),
      mapping: () => LAYOUT.ZONE + PAGE * random.below(LAYOUT.ZONE_PAGES),
      bytes: () => (random.below(4) === 0 ? random.below(BYTES_MAX) : random.below(64)),
      pages: () => PAGE * random.below(6),
      offset: () => (random.below(8) === 0 ? this.#any() : random.below(70_000)),
      flags: () => 1 << random.below(31),
      openFlags: () =>
        random.below(4) |
        (random.below(2) === 0 ? 0 : O.NONBLOCK) |
        (random.below(3) === 0 ? O.CREAT : 0) |
        (random.below(4) === 0 ? 1 << random.below(23) : 0),
      mapFlags: () => this.#mapFlags(),
      protection: () => (random.below(16) === 0 ? this.#any() : random.below(8)),
      ioctl: () => ioctls[random.below(ioctls.length)] ?? 0,
      signal: () => random.below(34),
      milliseconds: below(4),
      user: () => (random.below(4) === 0 ? this.#any() : 1000 * random.below(3)),
      mode: () => (random.below(16) << 12) | random.below(0o10000),
      futex: () => LAYOUT.SHARED + 4 * random.below(8),
      futexOperation: () => random.below(12) | (random.below(3) === 0 ? 0x80 : 0),
      waitOptions: () => random.below(16) | (random.below(4) === 0 ? 0 : 1),
      ptrace: () => requests[random.below(requests.length)] ?? 0,
      setSize: () => (random.below(8) === 0 ? random.below(17) : SIGSET_BYTES),
      idType: below(4),
      one: () => (random.below(8) === 0 ? random.below(4) : 1),
      family: () => FAMILIES[random.below(FAMILIES.length)] ?? 0,
      socketType: () =>
        TYPES[random.below(TYPES.length)]! | (random.below(3) === 0 ? SOCK_FLAG.NONBLOCK : 0),
      socketProtocol: () =>
        random.below(3) > 0 ? 0 : (PROTOCOLS[random.below(PROTOCOLS.length)] ?? 0),
      sockaddr: () => (random.below(3) === 0 ? 0 : this.#pick(this.#texts.sockaddr)),
      sockaddrBytes: () => ADDRESS_BYTES[random.below(ADDRESS_BYTES.length)] ?? 0,
      payload: () => (random.below(3) === 0 ? this.#pick(this.#texts.request) : this.memory()),
      messageFlags: () =>
        (random.below(3) === 0 ? MSG.DONTWAIT : 0) |
        (random.below(4) > 0 ? 0 : 1 << random.below(16)),
      level: () => LEVELS[random.below(LEVELS.length)] ?? 0,
      option: () => random.below(random.below(3) === 0 ? 64 : 24),
      structure: () => (random.below(8) === 0 ? this.memory() : this.structure()),
      TASK: () => this.#task(),
      CHILD: () => (random.below(3) === 0 ? this.#task() : -1),
      NO_MAGIC: below(1000),
    };
  }
}
