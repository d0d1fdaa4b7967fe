// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The BOS descriptor, in which a device of USB 2.1 or later tells what else it can do. Nothing of
 * it is of use at the speeds that this bus has; that a device has none, or a wrong one, is said.
 *
 * Linux: usb_get_bos_descriptor of drivers/usb/core/config.c.
 */
import type { Sleeping } from '../../uapi/coroutine.ts';
import { USB_DT } from '../../uapi/usb.ts';
import type { Messages } from './messages.ts';
import type { UsbNode } from './usb-node.ts';

const HEADER_BYTES = 5;

/** Context: process. */
export function* readCapabilities(
  messages: Messages,
  node: UsbNode,
  complain: (text: string) => void,
): Sleeping<void> {
  const head = yield* messages.descriptor(node, USB_DT.BOS, 0, HEADER_BYTES);
  if (typeof head === 'number' || head.length < HEADER_BYTES || head[0]! < HEADER_BYTES) {
    complain('unable to get BOS descriptor or descriptor too short');
    return;
  }
  const total = head[2]! | (head[3]! << 8);
  if (total < head[0]!) return;
  const whole = yield* messages.descriptor(node, USB_DT.BOS, 0, total);
  if (typeof whole === 'number' || whole.length < total) {
    complain('unable to get BOS descriptor set');
  }
}
