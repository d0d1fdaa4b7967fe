// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * DHCP messages as bytes: RFC 2131, options of RFC 2132.
 *
 * What is read has come over a wire, so nothing in it is trusted: a message that is too short, has
 * no cookie, or has an option that runs past its end is none.
 */

/** Values of option 53. */
export const DHCP_MESSAGE = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
} as const;

/** Numbers of options. */
export const DHCP_OPTION = {
  PAD: 0,
  SUBNET_MASK: 1,
  ROUTER: 3,
  DNS_SERVER: 6,
  HOST_NAME: 12,
  DOMAIN_NAME: 15,
  INTERFACE_MTU: 26,
  BROADCAST: 28,
  NTP_SERVER: 42,
  REQUESTED_IP: 50,
  LEASE_TIME: 51,
  OVERLOAD: 52,
  MESSAGE_TYPE: 53,
  SERVER_ID: 54,
  PARAMETER_LIST: 55,
  MESSAGE: 56,
  MAX_SIZE: 57,
  RENEWAL_TIME: 58,
  REBINDING_TIME: 59,
  VENDOR_CLASS: 60,
  CLIENT_ID: 61,
  SEARCH_LIST: 119,
  END: 255,
} as const;

export const DHCP_SERVER_PORT = 67;
export const DHCP_CLIENT_PORT = 68;
export const BOOTREQUEST = 1;
export const BOOTREPLY = 2;
/** The client cannot yet receive what is sent to its address alone. */
export const DHCP_BROADCAST_FLAG = 0x8000;

/** Addresses are unsigned 32-bit numbers, 0.0.0.0 where there is none. */
export interface DhcpMessage {
  /** BOOTREQUEST or BOOTREPLY. */
  readonly op: number;
  /** Chosen by the client, given back by the server. */
  readonly xid: number;
  /** Seconds since the client began. */
  readonly seconds: number;
  readonly flags: number;
  /** The address that the client has and answers for. */
  readonly clientAddress: number;
  /** The address that it is given. */
  readonly yourAddress: number;
  readonly serverAddress: number;
  readonly relayAddress: number;
  /** The client's MAC address. */
  readonly hardwareAddress: Uint8Array;
  /** By number; what came in several parts is one. */
  readonly options: ReadonlyMap<number, Uint8Array>;
}

const MAGIC_COOKIE = 0x6382_5363;
const OPTIONS_AT = 240;
const FILE_AT = 108;
const SERVER_NAME_AT = 44;
const HARDWARE_ADDRESS_AT = 28;
const HARDWARE_ADDRESS_BYTES = 16;
/** Old servers and relays throw away what is shorter. */
const MESSAGE_BYTES_MIN = 300;
const OPTION_BYTES_MAX = 255;
const ETHERNET = 1;

export function encodeDhcp(message: DhcpMessage): Uint8Array<ArrayBuffer> {
  const options = [...message.options].flatMap(([number, value]) => encodeOption(number, value));
  const bytes = new Uint8Array(Math.max(MESSAGE_BYTES_MIN, OPTIONS_AT + options.length + 1));
  const view = new DataView(bytes.buffer);
  bytes[0] = message.op;
  bytes[1] = ETHERNET;
  bytes[2] = message.hardwareAddress.length;
  view.setUint32(4, message.xid);
  view.setUint16(8, message.seconds);
  view.setUint16(10, message.flags);
  view.setUint32(12, message.clientAddress);
  view.setUint32(16, message.yourAddress);
  view.setUint32(20, message.serverAddress);
  view.setUint32(24, message.relayAddress);
  bytes.set(message.hardwareAddress.subarray(0, HARDWARE_ADDRESS_BYTES), HARDWARE_ADDRESS_AT);
  view.setUint32(OPTIONS_AT - 4, MAGIC_COOKIE);
  bytes.set(options, OPTIONS_AT);
  bytes[OPTIONS_AT + options.length] = DHCP_OPTION.END;
  return bytes;
}

/** What is longer than an option may be goes into several (RFC 3396). */
function encodeOption(number: number, value: Uint8Array): number[] {
  const bytes: number[] = [];
  for (let at = 0; at === 0 || at < value.length; at += OPTION_BYTES_MAX) {
    const part = value.subarray(at, at + OPTION_BYTES_MAX);
    bytes.push(number, part.length, ...part);
  }
  return bytes;
}

/** Undefined for what is no DHCP message of a machine on Ethernet. */
export function parseDhcp(bytes: Uint8Array): DhcpMessage | undefined {
  if (bytes.length < OPTIONS_AT) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [op = 0, type, length = 0] = bytes;
  if (view.getUint32(OPTIONS_AT - 4) !== MAGIC_COOKIE || type !== ETHERNET || length !== 6) {
    return undefined;
  }
  const options = new Map<number, Uint8Array>();
  if (!readOptions(bytes.subarray(OPTIONS_AT), options)) return undefined;
  const overload = options.get(DHCP_OPTION.OVERLOAD)?.[0] ?? 0;
  const file = bytes.subarray(FILE_AT, OPTIONS_AT - 4);
  const serverName = bytes.subarray(SERVER_NAME_AT, FILE_AT);
  if ((overload & 1) !== 0 && !readOptions(file, options)) return undefined;
  if ((overload & 2) !== 0 && !readOptions(serverName, options)) return undefined;
  return {
    op,
    xid: view.getUint32(4),
    seconds: view.getUint16(8),
    flags: view.getUint16(10),
    clientAddress: view.getUint32(12),
    yourAddress: view.getUint32(16),
    serverAddress: view.getUint32(20),
    relayAddress: view.getUint32(24),
    hardwareAddress: bytes.slice(HARDWARE_ADDRESS_AT, HARDWARE_ADDRESS_AT + length),
    options,
  };
}

/** False when an option runs past the end. */
function readOptions(bytes: Uint8Array, options: Map<number, Uint8Array>): boolean {
  for (let at = 0; at < bytes.length;) {
    const number = bytes[at++]!;
    if (number === DHCP_OPTION.END) return true;
    if (number === DHCP_OPTION.PAD) continue;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) return false;
    const value = bytes.slice(at, at + length);
    const before = options.get(number);
    options.set(number, before === undefined ? value : joined(before, value));
    at += length;
  }
  return true;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** An option that is a 32-bit number or address; undefined when it is anything else. */
export function optionNumber(message: DhcpMessage, number: number): number | undefined {
  const value = message.options.get(number);
  return value?.length === 4 ? addressesOf(value)[0] : undefined;
}

/** An option that lists addresses; what is left over at its end is nothing. */
export function optionAddresses(message: DhcpMessage, number: number): readonly number[] {
  return addressesOf(message.options.get(number) ?? new Uint8Array());
}

/** The kind of message, or 0 when it does not say. */
export function messageType(message: DhcpMessage): number {
  const value = message.options.get(DHCP_OPTION.MESSAGE_TYPE);
  return value?.length === 1 ? value[0]! : 0;
}

/** The bytes of numbers or addresses, four each. */
export function words(...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) view.setUint32(4 * index, number);
  return bytes;
}

function addressesOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, n) => view.getUint32(4 * n));
}
