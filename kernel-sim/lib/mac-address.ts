// SPDX-License-Identifier: GPL-2.0-or-later
/** Addresses of network cards as text: `52:54:00:12:34:56`. */

export function formatMac(address: Uint8Array): string {
  return Array.from(address, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Undefined for what is no address of six bytes. Linux: mac_pton; also with single digits. */
export function parseMac(text: string): Uint8Array | undefined {
  const parts = text.split(':');
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-fA-F]{1,2}$/.test(part))) {
    return undefined;
  }
  return Uint8Array.from(parts, (part) => Number.parseInt(part, 16));
}

/** Of a group of machines: multicast or broadcast. Linux: is_multicast_ether_addr. */
export function isMulticastMac(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 1) !== 0;
}

/** One that a machine can have. Linux: is_valid_ether_addr. */
export function isUsableMac(address: Uint8Array): boolean {
  return address.length === 6 && !isMulticastMac(address) && address.some((byte) => byte !== 0);
}
