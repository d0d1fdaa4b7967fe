// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/session: all who open it are in one session and see what the others wrote. LOGOUT ends it;
 * who opens the device next begins another.
 */
import { Errno, module } from "kernel";
import {
  miscdev,
  type File,
  type FileOperations,
  type IoctlRequest,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import {
  addr_of,
  copy_from_user,
  copy_to_user,
  GFP_KERNEL,
  kfree,
  kmalloc,
  type kmem_cache,
  kmem_cache_create,
  kmem_cache_destroy,
  kmem_cache_free,
  kmem_cache_zalloc,
  kzalloc,
  memcpy,
  NULL,
  type Ptr,
  SLAB_ACCOUNT,
  SLAB_HWCACHE_ALIGN,
} from "kernel/raw";
import { flex, ptr, struct, u8 } from "uapi";

import { LOGOUT } from "./session";

const SESSION_SIZE = 192;

class Session extends struct({ notes: flex(u8) }) {}

/** What the module has: the session that the next one joins. */
class Desk extends struct({ cache: ptr<kmem_cache>(), session: ptr<Session>() }) {}

class SessionFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(
    readonly desk: Ptr<Desk>,
    readonly session: Ptr<Session>,
  ) {}

  static open(desk: Ptr<Desk>): SessionFile {
    // SAFETY: the desk stays as long as the module does.
    unsafe: {
      if (!desk.$.session) desk.$.session = kmem_cache_zalloc(desk.$.cache, GFP_KERNEL);
      if (!desk.$.session) throw Errno.ENOMEM;
      return new SessionFile(desk, desk.$.session);
    }
  }

  write(file: File, input: UserSliceReader): void {
    const count = Math.min(input.remaining, SESSION_SIZE - file.pos);
    if (count <= 0) throw Errno.ENOSPC;
    // SAFETY: the session is there as long as the file is open.
    unsafe: {
      const text = kmalloc(count, GFP_KERNEL);
      if (!text) throw Errno.ENOMEM;
      if (copy_from_user(text, input.user_pointer, count) !== 0) {
        kfree(text);
        throw Errno.EFAULT;
      }
      memcpy(addr_of(this.session.$.notes[file.pos]), text, count);
      kfree(text);
    }
    input.skip(count);
  }

  read(file: File, out: UserSliceWriter): void {
    const count = Math.min(out.remaining, SESSION_SIZE - file.pos);
    if (count <= 0) return;
    // SAFETY: the session is there as long as the file is open.
    unsafe: {
      const text = kmalloc(count, GFP_KERNEL);
      if (!text) throw Errno.ENOMEM;
      memcpy(text, addr_of(this.session.$.notes[file.pos]), count);
      const left = copy_to_user(out.user_pointer, text, count);
      kfree(text);
      if (left !== 0) throw Errno.EFAULT;
      out.skip(count);
    }
  }

  ioctl(_file: File, request: IoctlRequest): void {
    if (request.command !== LOGOUT) throw Errno.ENOTTY;
    // SAFETY: nobody joins the session any more.
    unsafe: {
      const session = this.desk.$.session;
      if (!session) return;
      this.desk.$.session = NULL;
      kmem_cache_free(this.desk.$.cache, session); // And who has joined it?
    }
  }
}

class SessionModule {
  constructor(
    readonly device: miscdev.Registration,
    readonly desk: Ptr<Desk>,
  ) {}

  static init(): SessionModule {
    // SAFETY: the desk goes with the module.
    unsafe: {
      const desk: Ptr<Desk> = kzalloc(Desk.size, GFP_KERNEL);
      if (!desk) throw Errno.ENOMEM;
      const flags = SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT;
      desk.$.cache = kmem_cache_create("session", SESSION_SIZE, 0, flags, NULL);
      if (!desk.$.cache) {
        kfree(desk);
        throw Errno.ENOMEM;
      }
      return new SessionModule(miscdev.register("session", SessionFile, desk), desk);
    }
  }

  [Symbol.dispose](): void {
    // SAFETY: no file is open, so nobody else has the session.
    unsafe: {
      if (this.desk.$.session) kmem_cache_free(this.desk.$.cache, this.desk.$.session);
      kmem_cache_destroy(this.desk.$.cache);
      kfree(this.desk);
    }
  }
}

export default module(SessionModule, { license: "GPL", description: "Notes that all can see" });
