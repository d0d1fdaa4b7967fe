// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Looks whether drivers give back what they lent to devices, once and as they lent it.
 *
 * As in Linux, only the first mistake is printed.
 *
 * Linux: kernel/dma/debug.c. Differs: memory that is freed while it is mapped is the sanitizer's to
 * notice, when the device touches it.
 */
import type { StackDepot } from '../kernel/stack-depot.ts';
import type { Execution } from '../kernel/sched/execution.ts';

/** What memory is lent for. Linux: enum dma_data_direction. */
export const DMA_DIRECTION = { BIDIRECTIONAL: 0, TO_DEVICE: 1, FROM_DEVICE: 2 } as const;

const DIRECTION_NAMES = ['DMA_BIDIRECTIONAL', 'DMA_TO_DEVICE', 'DMA_FROM_DEVICE', 'DMA_NONE'];

/** A device that may reach memory. Linux: struct device. */
export interface DmaDevice {
  /** `ringnic.0`. */
  readonly name: string;
  /** Of its driver; of its bus while it has none. Linux: dev_driver_string. */
  readonly driverName: string;
}

export type DmaKind = 'single' | 'coherent';

export interface DmaMapping {
  readonly device: DmaDevice;
  readonly kind: DmaKind;
  /** Bus address. */
  readonly address: number;
  readonly pointer: number;
  readonly sizeBytes: number;
  readonly direction: number;
  /** Handle of the stack that made it. */
  readonly stack: number;
  /** Somebody has asked whether it failed. */
  isChecked: boolean;
  /** The same memory is lent twice: without an IOMMU at the same bus address. */
  below: DmaMapping | undefined;
}

export interface DmaDebugParts {
  readonly execution: Execution;
  readonly depot: StackDepot;
  readonly warn: (text: string) => void;
  /** `Mapped at:` and the stack behind a handle. */
  readonly printStack: (title: string, stack: number) => void;
}

/** What a driver says of a mapping that it gives back, or looks at. */
export type Claim = Pick<DmaMapping, 'device' | 'kind' | 'address' | 'sizeBytes' | 'direction'>;

export class DmaDebug {
  readonly #parts: DmaDebugParts;
  #hasSpoken = false;

  constructor(parts: DmaDebugParts) {
    this.#parts = parts;
  }

  /** Handle of the stack that runs. */
  get stack(): number {
    return this.#parts.depot.save(this.#parts.execution);
  }

  /** Linux: check_unmap. */
  unmapping(claim: Claim, mapping: DmaMapping | undefined): void {
    if (mapping !== undefined && isAsMapped(claim, mapping)) return;
    const { device } = claim;
    const at = `[device address=${hex(claim.address)}]`;
    const size = `[size=${claim.sizeBytes} bytes]`;
    if (mapping === undefined) {
      this.#say(
        device,
        `device driver tries to free DMA memory it has not allocated ${at} ${size}`,
      );
      return;
    }
    if (mapping.sizeBytes !== claim.sizeBytes) {
      const sizes = `[map size=${mapping.sizeBytes} bytes] [unmap size=${claim.sizeBytes} bytes]`;
      const text = `device driver frees DMA memory with different size ${at} ${sizes}`;
      this.#say(device, text, mapping);
    }
    if (mapping.kind !== claim.kind) {
      const kinds = `[mapped as ${mapping.kind}] [unmapped as ${claim.kind}]`;
      const text = `device driver frees DMA memory with wrong function ${at} ${size} ${kinds}`;
      this.#say(device, text, mapping);
    }
    if (mapping.direction !== claim.direction) {
      const both = `[mapped with ${nameOf(mapping)}] [unmapped with ${nameOf(claim)}]`;
      const text = `device driver frees DMA memory with different direction ${at} ${size} ${both}`;
      this.#say(device, text, mapping);
    }
    if (mapping.kind === 'single' && !mapping.isChecked) {
      const text = `device driver failed to check map error${at} ${size} [mapped as single]`;
      this.#say(device, text, mapping);
    }
  }

  /** Linux: check_sync. */
  syncing(claim: Claim, mapping: DmaMapping | undefined): void {
    const { device } = claim;
    const at = `[device address=${hex(claim.address)}]`;
    const size = `[size=${claim.sizeBytes} bytes]`;
    if (mapping === undefined) {
      const text = `device driver tries to sync DMA memory it has not allocated ${at} ${size}`;
      this.#say(device, text);
      return;
    }
    const end = claim.address + claim.sizeBytes - mapping.address;
    if (end > mapping.sizeBytes) {
      const sizes = `[allocation size=${mapping.sizeBytes} bytes] [sync offset+size=${end}]`;
      const text = `device driver syncs DMA memory outside allocated range ${at} ${sizes}`;
      this.#say(device, text, mapping);
    }
    if (mapping.direction === DMA_DIRECTION.BIDIRECTIONAL) return;
    if (mapping.direction === claim.direction) return;
    const both = `[mapped with ${nameOf(mapping)}] [synced with ${nameOf(claim)}]`;
    const text = `device driver syncs DMA memory with different direction ${at} ${size} ${both}`;
    this.#say(device, text, mapping);
  }

  /** A driver has left its device. Linux: dma_debug_device_change. */
  released(device: DmaDevice, left: readonly DmaMapping[]): void {
    const mapping = left.at(-1);
    if (mapping === undefined) return;
    const details =
      `[device address=${hex(mapping.address)}] [size=${mapping.sizeBytes} bytes] ` +
      `[mapped with ${nameOf(mapping)}] [mapped as ${mapping.kind}]`;
    const text =
      'device driver has pending DMA allocations while released from device ' +
      `[count=${left.length}]\nOne of leaked entries details: ${details}`;
    this.#say(device, text, mapping);
  }

  /** Linux: err_printk. */
  #say({ driverName, name }: DmaDevice, text: string, mapping?: DmaMapping): void {
    if (this.#hasSpoken) return;
    this.#hasSpoken = true;
    const { warn, printStack } = this.#parts;
    warn(`DMA-API: ${driverName} ${name}: ${text}`);
    if (mapping !== undefined) printStack('DMA-API: Mapped at:', mapping.stack);
  }
}

function hex(address: number): string {
  return `0x${address.toString(16).padStart(16, '0')}`;
}

function nameOf({ direction }: { readonly direction: number }): string {
  return DIRECTION_NAMES[direction] ?? 'DMA_NONE';
}

/** Nothing to complain about, as almost always: no text is made. */
function isAsMapped(claim: Claim, mapping: DmaMapping): boolean {
  return (
    mapping.sizeBytes === claim.sizeBytes &&
    mapping.kind === claim.kind &&
    mapping.direction === claim.direction &&
    (mapping.kind !== 'single' || mapping.isChecked)
  );
}
