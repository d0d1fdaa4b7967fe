// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What interfaces count.
 *
 * @subpath kernel/net
 */
import type { NetDeviceStats } from '../net/core/net-device.ts';
import type { Ref } from './ownership.ts';
import { sizeOf } from './raw-value.ts';

/**
 * A number that only grows. Any context may add to it.
 *
 * @public
 * @lent
 */
export class Counter {
  readonly #stats: NetDeviceStats;
  readonly #name: keyof NetDeviceStats;

  /** @internal */
  constructor(stats: NetDeviceStats, name: keyof NetDeviceStats) {
    this.#stats = stats;
    this.#name = name;
  }

  /**
   * Context: any.
   *
   * @symbol none
   */
  add(this: Ref<Counter>, amount: number): void {
    this.#stats[this.#name] += sizeOf(amount);
  }

  /** What it is now. Context: any. */
  get value(): number {
    return this.#stats[this.#name];
  }
}

/**
 * What `ip -s link` shows of an interface. Linux: struct rtnl_link_stats64.
 *
 * @public
 * @lent
 */
export class NetStats {
  /** Packets received. */
  readonly rx_packets: Counter;
  /** Packets sent. */
  readonly tx_packets: Counter;
  /** Their bytes. */
  readonly rx_bytes: Counter;
  /** Their bytes. */
  readonly tx_bytes: Counter;
  /** Bad packets received; those of the more exact counters are among them. */
  readonly rx_errors: Counter;
  /** Packets that could not be sent. */
  readonly tx_errors: Counter;
  /** Received and thrown away for want of memory. */
  readonly rx_dropped: Counter;
  /** Packets thrown away before they were sent. */
  readonly tx_dropped: Counter;
  /** Packets that were too long or too short. */
  readonly rx_length_errors: Counter;
  /** Packets that were damaged on the wire. */
  readonly rx_crc_errors: Counter;
  /** Packets that did not end where a byte does, or broke off. */
  readonly rx_frame_errors: Counter;
  /** The card had no descriptor. */
  readonly rx_missed_errors: Counter;
  /** The card had no room for more. */
  readonly rx_fifo_errors: Counter;
  /** The cable was out. */
  readonly tx_carrier_errors: Counter;

  /** @internal */
  constructor(stats: NetDeviceStats) {
    this.rx_packets = new Counter(stats, 'rxPackets');
    this.tx_packets = new Counter(stats, 'txPackets');
    this.rx_bytes = new Counter(stats, 'rxBytes');
    this.tx_bytes = new Counter(stats, 'txBytes');
    this.rx_errors = new Counter(stats, 'rxErrors');
    this.tx_errors = new Counter(stats, 'txErrors');
    this.rx_dropped = new Counter(stats, 'rxDropped');
    this.tx_dropped = new Counter(stats, 'txDropped');
    this.rx_length_errors = new Counter(stats, 'rxLengthErrors');
    this.rx_crc_errors = new Counter(stats, 'rxCrcErrors');
    this.rx_frame_errors = new Counter(stats, 'rxFrameErrors');
    this.rx_missed_errors = new Counter(stats, 'rxMissedErrors');
    this.rx_fifo_errors = new Counter(stats, 'rxFifoErrors');
    this.tx_carrier_errors = new Counter(stats, 'txCarrierErrors');
    Object.freeze(this);
  }
}
