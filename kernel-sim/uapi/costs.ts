// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The cost table: how many nanoseconds of virtual time each thing takes.
 *
 * The same in every build, on every host, for ever in a recording: changing a number changes what
 * old recordings replay to. The magnitudes are those of a 1 GHz-class machine; nobody should read
 * them as a measurement.
 */
export const COST = {
  /** One turn of a loop, and one entry of a function, in instrumented code. */
  BACK_EDGE: 4,
  FUNCTION_ENTRY: 12,
  /** Entry and exit of a system call together. */
  SYSCALL: 100,
  /** Each started 64 bytes of a copy between user and kernel memory. */
  COPY_64: 4,
  /** One component of a path. */
  PATH_COMPONENT: 60,
  /** Switching a CPU from one task to another. */
  SWITCH: 1_000,
  /** Entry and exit of an interrupt. */
  INTERRUPT: 500,
  /** Making and ending a process. */
  SPAWN: 60_000,
  EXIT: 20_000,
  /** Making a thread. */
  THREAD: 15_000,
  /** A page that is made, found or copied when it is first touched, besides what that takes. */
  PAGE_FAULT: 250,
  /** One page or one slab object, taken or given back. */
  PAGE_ALLOC: 150,
  SLAB_ALLOC: 40,
  /** One line into the kernel log. */
  PRINTK: 1_000,
  /** Taking a lock, free or not. */
  LOCK: 20,
  /** One packet through one layer: into the stack, or to a driver. */
  PACKET: 400,
  /** A device's register: a load waits for the answer, a store is posted. */
  MMIO_LOAD: 250,
  MMIO_STORE: 60,
  /** Memory lent to a device, or taken back. */
  DMA_MAP: 60,
  /** A request handed to the host controller. */
  URB: 600,
  /** One look at a spinlock that somebody else holds. */
  SPIN: 20,
} as const;
