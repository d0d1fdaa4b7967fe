// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Sequence numbers: 32 bits that wrap around, so that "before" means less than half the circle
 * away. RFC 9293 section 3.4. Linux: before() and after() of include/net/tcp.h.
 */

export function before(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}

export function after(one: number, other: number): boolean {
  return ((other - one) | 0) < 0;
}

/** `seq` moved on by so many bytes, which may be negative. */
export function plus(seq: number, bytes: number): number {
  return (seq + bytes) >>> 0;
}

/** How many bytes it is from one to another; negative when that lies before it. */
export function distance(from: number, to: number): number {
  return (to - from) | 0;
}

/** Whether `seq` lies in [low, high], on the way from one to the other. */
export function within(seq: number, low: number, high: number): boolean {
  return (high - low) >>> 0 >= (seq - low) >>> 0;
}
