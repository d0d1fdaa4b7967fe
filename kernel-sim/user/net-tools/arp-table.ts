// SPDX-License-Identifier: GPL-2.0-or-later
/** The rows of /proc/net/arp, and how arp shows them. Linux: net-tools' arp.c. */

/** Flags of an entry. Linux: include/uapi/linux/if_arp.h. */
export const ATF_COM = 0x02;
export const ATF_PERM = 0x04;
export const ATF_PUBL = 0x08;

/** Byte offsets of struct arpreq. */
export const ARPREQ = {
  protocolAddress: 0,
  hardwareAddress: 16,
  flags: 32,
  device: 52,
  DEVICE_SIZE: 16,
  SIZE: 68,
} as const;

export interface ArpRow {
  readonly address: string;
  readonly flags: number;
  readonly hardwareAddress: string;
  readonly device: string;
}

export function parseArp(text: string): readonly ArpRow[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [address, , flags, hardwareAddress, , device] = line.trim().split(/ +/);
      if (address === undefined || hardwareAddress === undefined || device === undefined) return [];
      return [{ address, flags: Number(flags), hardwareAddress, device }];
    });
}

export const ARP_HEADING =
  'Address                  HWtype  HWaddress           Flags Mask            Iface\n';

/** `name` is of its address, where that has one. */
export function formatArp(row: ArpRow, name: string | undefined): string {
  const isComplete = (row.flags & ATF_COM) !== 0;
  const kind = isComplete ? 'ether' : '';
  const hardware = isComplete ? row.hardwareAddress : '(incomplete)';
  const letters = [
    isComplete ? 'C' : '',
    row.flags & ATF_PERM ? 'M' : '',
    row.flags & ATF_PUBL ? 'P' : '',
  ].join('');
  const cells = [
    `${(name ?? row.address).slice(0, 23).padEnd(23)}  `,
    kind.padEnd(8),
    hardware.padEnd(20),
    letters.padEnd(22),
  ];
  return `${cells.join('')}${row.device}\n`;
}

/** The style of -a. */
export function formatArpBsd(row: ArpRow, name: string | undefined): string {
  const isComplete = (row.flags & ATF_COM) !== 0;
  let text = `${name ?? '?'} (${row.address}) at `;
  text += isComplete ? `${row.hardwareAddress} [ether] ` : '<incomplete> ';
  if (row.flags & ATF_PERM) text += 'PERM ';
  if (row.flags & ATF_PUBL) text += 'PUB ';
  return `${text}on ${row.device}\n`;
}
