// SPDX-License-Identifier: GPL-2.0-or-later
/** A captured frame with what the kernel said of it. */
import type { CapturedFrame } from '../../lib/packet/pcap.ts';

export interface CookedFrame extends CapturedFrame {
  /** Of a capture on all interfaces: where it was, and which way it went (PACKET). */
  readonly device?: string;
  readonly ifindex?: number;
  readonly direction?: number;
}
