// SPDX-License-Identifier: GPL-2.0-or-later
/** ifconfig: shows and sets interfaces, as net-tools do it: over ioctls. */
import { parseMac } from '../lib/mac-address.ts';
import type { Sleeping } from '../uapi/coroutine.ts';
import { IFREQ, SIOC, SOCKADDR } from '../uapi/if-ioctl.ts';
import { defineProgram, type Libc } from './libc/libc.ts';
import { IFCONFIG_LISTS, IFCONFIG_USAGE } from './net-tools/help.ts';
import {
  formatInterface,
  formatShort,
  parseNetDev,
  readInterface,
  SHORT_HEADING,
} from './net-tools/interface.ts';
import {
  ask,
  configuredNames,
  controlSocket,
  ifreq,
  parseLooseIpv4,
  storeIpv4,
} from './net-tools/ioctl.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import { errorText } from './support/command.ts';
import { GaiError, resolve } from './support/resolve.ts';
import { AF } from '../uapi/socket.ts';
import { parseIpv4 } from '../lib/ip-address.ts';

const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
const ARPHRD_ETHER = 1;

/** Words that set (or, with a minus, clear) a flag. ARP's flag says the opposite. */
const FLAG_WORDS: Readonly<Record<string, readonly [bit: number, isSet: boolean]>> = {
  up: [IFF_UP | IFF_RUNNING, true],
  down: [IFF_UP, false],
  arp: [0x80, false],
  '-arp': [0x80, true],
  promisc: [0x100, true],
  '-promisc': [0x100, false],
  allmulti: [0x200, true],
  '-allmulti': [0x200, false],
  multicast: [0x1000, true],
  '-multicast': [0x1000, false],
};
/** Words with an address behind them. */
const ADDRESS_WORDS: Readonly<Record<string, readonly [request: number, name: string]>> = {
  netmask: [SIOC.SIFNETMASK, 'SIOCSIFNETMASK'],
  broadcast: [SIOC.SIFBRDADDR, 'SIOCSIFBRDADDR'],
  dstaddr: [SIOC.SIFDSTADDR, 'SIOCSIFDSTADDR'],
  pointopoint: [SIOC.SIFDSTADDR, 'SIOCSIFDSTADDR'],
};
/** Words with a number behind them. */
const NUMBER_WORDS: Readonly<Record<string, readonly [request: number, name: string]>> = {
  mtu: [SIOC.SIFMTU, 'SIOCSIFMTU'],
  txqueuelen: [SIOC.SIFTXQLEN, 'SIOCSIFTXQLEN'],
};

export const ifconfig = defineProgram(function* (c) {
  const words = c.argv.slice(1);
  let showsAll = false;
  let isShort = false;
  while (words[0]?.startsWith('-') === true) {
    const word = words.shift() ?? '';
    if (word === '-a') showsAll = true;
    else if (word === '-s') isShort = true;
    else if (word === '-h' || word === '--help' || word === '-?') {
      yield* c.err(IFCONFIG_LISTS);
      c.out(IFCONFIG_USAGE);
      return 0;
    } else if (word === '-V' || word === '--version') {
      c.out('net-tools 2.10\n');
      return 0;
    } else if (word !== '-v') {
      yield* c.err(`ifconfig: option \`${word}' not recognised.\n`);
      yield* c.err("ifconfig: `--help' gives usage information.\n");
      return 1;
    }
  }
  const fd = yield* controlSocket(c);
  if (fd < 0) {
    yield* c.err(`socket: ${errorText(fd)}\n`);
    return 1;
  }
  const [name, ...changes] = words;
  if (name === undefined) return yield* showAll(c, fd, showsAll, isShort);
  if (changes.length > 0) return yield* new Changes(c, fd, name, changes).apply();
  if (isShort) c.out(SHORT_HEADING);
  const found = yield* readInterface(c, fd, name);
  if (typeof found === 'number') {
    yield* c.err(`${name}: error fetching interface information: Device not found\n`);
    return 1;
  }
  c.out(isShort ? formatShort(found) : formatInterface(found));
  return 0;
});

/** Every interface that is up, or every one at all. */
function* showAll(c: Libc, fd: number, showsAll: boolean, isShort: boolean): Sleeping<number> {
  const bytes = yield* c.read_file('/proc/net/dev');
  const devices = typeof bytes === 'number' ? [] : [...parseNetDev(decodeUtf8(bytes)).keys()];
  const labels = yield* configuredNames(c, fd);
  // net-tools sort them, as numbers go, by name.
  const names = [...new Set([...devices, ...labels])].toSorted();
  if (isShort) c.out(SHORT_HEADING);
  for (const name of names) {
    const found = yield* readInterface(c, fd, name);
    if (typeof found === 'number' || (!showsAll && (found.flags & IFF_UP) === 0)) continue;
    c.out(isShort ? formatShort(found) : formatInterface(found));
  }
  return 0;
}

/** What is to be done to an interface, word by word. */
class Changes {
  readonly #c: Libc;
  readonly #fd: number;
  readonly #name: string;
  readonly #words: string[];
  #status = 0;

  constructor(c: Libc, fd: number, name: string, words: readonly string[]) {
    this.#c = c;
    this.#fd = fd;
    this.#name = name;
    this.#words = [...words];
  }

  *apply(): Sleeping<number> {
    while (this.#words.length > 0) {
      const word = this.#words.shift() ?? '';
      const status = yield* this.#applyWord(word);
      if (status !== 0) return status;
    }
    return this.#status;
  }

  *#applyWord(word: string): Sleeping<number> {
    const flag = FLAG_WORDS[word];
    if (flag !== undefined) return yield* this.#setFlags(flag[0], flag[1]);
    const address = ADDRESS_WORDS[word.replace(/^-/, '')];
    const number = NUMBER_WORDS[word];
    if (word === 'inet') return 0;
    if (word === 'hw') return yield* this.#setHardwareAddress();
    if (address === undefined && number === undefined) return yield* this.#setAddress(word);
    const value = this.#words.shift();
    if (value === undefined) return yield* this.#usage();
    if (number !== undefined) {
      const structure = ifreq(this.#name);
      structure.setInt32(IFREQ.value, Number.parseInt(value, 10) || 0, true);
      return yield* this.#request(number[0], number[1], structure);
    }
    const ip = yield* this.#resolve(value);
    if (ip === undefined || address === undefined) return 1;
    return yield* this.#storeAddress(address[0], address[1], ip);
  }

  *#usage(): Sleeping<number> {
    yield* this.#c.err(IFCONFIG_LISTS + IFCONFIG_USAGE);
    return 1;
  }

  /** A failed request is told, and the words after it are still done. */
  *#request(request: number, title: string, structure: DataView): Sleeping<number> {
    const result = yield* ask(this.#c, this.#fd, request, structure);
    if (typeof result === 'number') {
      yield* this.#c.err(`${title}: ${errorText(result)}\n`);
      this.#status = 1;
    }
    return 0;
  }

  *#setFlags(bits: number, isSet: boolean): Sleeping<number> {
    const answer = yield* ask(this.#c, this.#fd, SIOC.GIFFLAGS, ifreq(this.#name));
    if (typeof answer === 'number') {
      yield* this.#c.err(
        `${this.#name}: ERROR while getting interface flags: ${errorText(answer)}\n`,
      );
      return 255;
    }
    const flags = answer.getUint16(IFREQ.flags, true);
    const structure = ifreq(this.#name);
    structure.setUint16(IFREQ.flags, isSet ? flags | bits : flags & ~bits, true);
    const result = yield* ask(this.#c, this.#fd, SIOC.SIFFLAGS, structure);
    if (typeof result !== 'number') return 0;
    yield* this.#c.err(`SIOCSIFFLAGS: ${errorText(result)}\n`);
    return 255;
  }

  *#setAddress(word: string): Sleeping<number> {
    const [text = '', prefix] = word.split('/');
    const ip = yield* this.#resolve(text);
    if (ip === undefined) {
      yield* this.#c.err("ifconfig: `--help' gives usage information.\n");
      return 1;
    }
    const status = yield* this.#storeAddress(SIOC.SIFADDR, 'SIOCSIFADDR', ip);
    if (status !== 0) return status;
    const bits = prefix === undefined ? undefined : Number.parseInt(prefix, 10);
    if (bits !== undefined) {
      const mask = bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
      yield* this.#storeAddress(SIOC.SIFNETMASK, 'SIOCSIFNETMASK', mask);
    }
    // An address that was set is there to be used.
    return this.#status === 0 ? yield* this.#setFlags(IFF_UP | IFF_RUNNING, true) : 0;
  }

  *#storeAddress(request: number, title: string, ip: number): Sleeping<number> {
    const structure = ifreq(this.#name);
    storeIpv4(structure, IFREQ.address, ip);
    return yield* this.#request(request, title, structure);
  }

  *#setHardwareAddress(): Sleeping<number> {
    const kind = this.#words.shift();
    const text = this.#words.shift();
    if (kind !== 'ether' || text === undefined) return yield* this.#usage();
    const bytes = parseMac(text);
    if (bytes === undefined) {
      yield* this.#c.err(`${text}: invalid ether address.\n`);
      return 1;
    }
    const structure = ifreq(this.#name);
    structure.setUint16(IFREQ.address, ARPHRD_ETHER, true);
    for (const [at, byte] of bytes.entries()) {
      structure.setUint8(IFREQ.address + SOCKADDR.data + at, byte);
    }
    return yield* this.#request(SIOC.SIFHWADDR, 'SIOCSIFHWADDR', structure);
  }

  *#resolve(text: string): Sleeping<number | undefined> {
    const literal = parseLooseIpv4(text);
    if (literal !== undefined) return literal;
    const found = yield* resolve(this.#c, text, AF.INET);
    const address = found instanceof GaiError ? undefined : found[0]?.address;
    if (address !== undefined) return parseIpv4(address);
    yield* this.#c.err(`${text}: Host name lookup failure\n`);
    return undefined;
  }
}
