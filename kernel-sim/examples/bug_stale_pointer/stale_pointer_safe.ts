// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * /dev/session: all who open it are in one session and see what the others wrote. LOGOUT ends it;
 * who opens the device next begins another.
 */
import { Errno, module, type Ref } from "kernel";
import { Arc, KVec, Slot } from "kernel/alloc";
import {
  miscdev,
  type File,
  type FileOperations,
  type IoctlRequest,
  type UserSliceReader,
  type UserSliceWriter,
} from "kernel/fs";
import { Mutex } from "kernel/sync";
import { u8 } from "uapi";

import { LOGOUT } from "./session";

const NOTES_SIZE = 184;

class Session {
  constructor(readonly notes: Mutex<KVec<u8>>) {}
}

/** What the module has: the session that the next one joins. */
class Desk {
  constructor(readonly session: Mutex<Slot<Arc<Session>>>) {}
}

class SessionFile implements FileOperations {
  static readonly mode = 0o666;

  constructor(
    readonly desk: Arc<Desk>,
    readonly session: Arc<Session>,
  ) {}

  static open(desk: Ref<Arc<Desk>>): SessionFile {
    using slot = desk.value.session.lock();
    const joined = slot.value.get();
    if (joined !== null) return new SessionFile(desk.clone(), joined.clone());
    const session = Arc.new(new Session(Mutex.new(KVec.new(u8))));
    slot.value.put(session.clone());
    return new SessionFile(desk.clone(), session);
  }

  write(file: File, input: UserSliceReader): void {
    const bytes = input.read(Math.max(0, NOTES_SIZE - file.pos));
    if (bytes.length === 0) throw Errno.ENOSPC;
    using notes = this.session.value.notes.lock();
    while (notes.value.len() < file.pos + bytes.length) notes.value.push(0);
    for (let n = 0; n < bytes.length; n++) notes.value.set(file.pos + n, bytes[n]);
  }

  read(file: File, out: UserSliceWriter): void {
    using notes = this.session.value.notes.lock();
    out.write(notes.value.slice(file.pos, notes.value.len()));
  }

  ioctl(_file: File, request: IoctlRequest): void {
    if (request.command !== LOGOUT) throw Errno.ENOTTY;
    using slot = this.desk.value.session.lock();
    slot.value.take(); // Who has joined the session keeps it.
  }
}

class SessionModule {
  constructor(readonly device: miscdev.Registration) {}

  static init(): SessionModule {
    const desk = Arc.new(new Desk(Mutex.new(Slot.new())));
    return new SessionModule(miscdev.register("session", SessionFile, desk));
  }
}

export default module(SessionModule, { license: "GPL", description: "Notes that all can see" });
