// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The family AF_UNIX: who has which name, and what /proc/net/unix shows.
 *
 * A name is a file that only connect(2) can use, or, after a NUL, one of a space of its own.
 *
 * Linux: net/unix/af_unix.c, unix(7).
 */
import { ERRNO } from '../../uapi/errno.ts';
import { S } from '../../uapi/fs.ts';
import { AF, SOCK } from '../../uapi/socket.ts';
import type { Inode } from '../../fs/inode.ts';
import type { FsContext } from '../../fs/path-walk.ts';
import { MAY, permission } from '../../fs/permission.ts';
import type { Vfs } from '../../fs/vfs.ts';
import type { Sock, SocketFamily, SockParts } from '../socket.ts';
import { type Peer, type UnixNames, UnixSock } from './unix-sock.ts';

/** How many names an unnamed socket that sends may choose from: five hex digits. */
const AUTOBIND_MAX = 0x10_0000;

export interface UnixParts {
  readonly sockParts: SockParts;
  readonly vfs: Vfs;
  /** Where paths of the running task begin. */
  readonly fsContext: () => FsContext;
  /** The running task's process. */
  readonly currentPid: () => number;
}

export class UnixSockets implements SocketFamily, UnixNames {
  readonly family = AF.UNIX;
  /** net.unix.max_dgram_qlen. */
  queueMax = 10;
  readonly #parts: UnixParts;
  readonly #all = new Set<UnixSock>();
  readonly #abstract = new Map<string, UnixSock>();
  readonly #bound = new Map<Inode, UnixSock>();
  #nextName = 0;

  constructor(parts: UnixParts) {
    this.#parts = parts;
  }

  // ---- The family ----------------------------------------------------------------------------

  create(type: number, protocol: number): Sock | number {
    if (protocol !== 0 && protocol !== AF.UNIX) return -ERRNO.EPROTONOSUPPORT;
    // A raw one is taken for one of datagrams, as 4.2BSD did.
    const kind = type === SOCK.RAW ? SOCK.DGRAM : type;
    if (kind !== SOCK.STREAM && kind !== SOCK.DGRAM && kind !== SOCK.SEQPACKET) {
      return -ERRNO.ESOCKTNOSUPPORT;
    }
    const sock = new UnixSock(this.#parts.sockParts, this, kind);
    this.adopt(sock);
    return sock;
  }

  createPair(type: number, protocol: number): readonly [Sock, Sock] | number {
    const one = this.create(type, protocol);
    const other = this.create(type, protocol);
    if (!(one instanceof UnixSock)) return one as number;
    if (!(other instanceof UnixSock)) return other as number;
    one.join(other);
    return [one, other];
  }

  // ---- Names ---------------------------------------------------------------------------------

  bind(sock: UnixSock, path: string): string | number {
    if (path === '') return this.#autobind(sock);
    if (path.startsWith('\0')) {
      if (this.#abstract.has(path)) return -ERRNO.EADDRINUSE;
      this.#abstract.set(path, sock);
      return path;
    }
    const { vfs, fsContext } = this.#parts;
    const ctx = fsContext();
    const error = vfs.mknod(ctx, path, S.IFSOCK | (0o777 & ~ctx.umask), 0);
    if (error < 0) return error;
    const place = vfs.lookup(ctx, path, false);
    if (typeof place === 'number') return place;
    this.#bound.set(place.dentry.inode, sock);
    return path;
  }

  #autobind(sock: UnixSock): string | number {
    for (let tries = 0; tries < AUTOBIND_MAX; tries++) {
      const name = `\0${this.#nextName.toString(16).padStart(5, '0')}`;
      this.#nextName = (this.#nextName + 1) % AUTOBIND_MAX;
      if (this.#abstract.has(name)) continue;
      this.#abstract.set(name, sock);
      return name;
    }
    return -ERRNO.ENOSPC;
  }

  find(path: string, type: number): UnixSock | number {
    const found = path.startsWith('\0') ? this.#abstract.get(path) : this.#findFile(path);
    if (typeof found === 'number') return found;
    if (found === undefined) return -ERRNO.ECONNREFUSED;
    return found.type === type ? found : -ERRNO.EPROTOTYPE;
  }

  #findFile(path: string): UnixSock | number | undefined {
    const { vfs, fsContext } = this.#parts;
    const ctx = fsContext();
    if (path === '') return -ERRNO.ECONNREFUSED;
    const place = vfs.lookup(ctx, path);
    if (typeof place === 'number') return place;
    const { inode } = place.dentry;
    const denied = permission(inode, ctx.credentials, MAY.WRITE);
    if (denied !== 0) return denied;
    return this.#bound.get(inode);
  }

  adopt(sock: UnixSock): void {
    this.#all.add(sock);
  }

  forget(sock: UnixSock): void {
    this.#all.delete(sock);
    if (this.#abstract.get(sock.path) === sock) this.#abstract.delete(sock.path);
    for (const [inode, bound] of this.#bound) if (bound === sock) this.#bound.delete(inode);
  }

  current(): Peer {
    const { euid: uid, egid: gid } = this.#parts.sockParts.credentials();
    return { pid: this.#parts.currentPid(), uid, gid };
  }

  // ---- Views ---------------------------------------------------------------------------------

  /** Every socket that has a file, in the order of their making. */
  get sockets(): readonly UnixSock[] {
    return [...this.#all];
  }

  /** /proc/net/unix. */
  text(): string {
    const lines = this.sockets.map((sock) => {
      const { path, inode } = sock;
      const shown = path === '' ? '' : ` ${path.replace('\0', '@')}`;
      const flags = sock.isListening ? ACCEPTS : 0;
      const state = STATES[sock.state];
      const fields = [hex(0, 16), `: ${hex(references(sock), 8)}`, hex(0, 8), hex(flags, 8)];
      const [num, refs, protocol, bits] = fields;
      const kind = `${hex(sock.type, 4)} ${hex(state, 2)}`;
      return `${num}${refs} ${protocol} ${bits} ${kind} ${String(inode).padStart(5)}${shown}\n`;
    });
    return `Num       RefCount Protocol Flags    Type St Inode Path\n${lines.join('')}`;
  }
}

/** __SO_ACCEPTCON. */
const ACCEPTS = 0x1_0000;
/** SS_UNCONNECTED and SS_CONNECTED of enum socket_state. */
const STATES = { unconnected: 1, listening: 1, connected: 3 } as const;

/** Its file holds it, and so does its peer. */
function references(sock: UnixSock): number {
  return sock.peer === undefined ? 2 : 3;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
