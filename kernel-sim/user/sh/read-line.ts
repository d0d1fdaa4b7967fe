// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Reading one edited line from the terminal: raw mode, bytes in, drawing out, completion.
 *
 * Byte by byte, as readline does it, so that what is typed ahead stays in the terminal for the
 * command that the line starts.
 */
import { WOULD_BLOCK, type Sleeping } from '../../uapi/coroutine.ts';
import { ERRNO } from '../../uapi/errno.ts';
import { CC, IFLAG, LFLAG, TTY_IOCTL } from '../../uapi/termios.ts';
import type { Termios } from '../libc/process-calls.ts';
import { complete, listChoices } from './completion.ts';
import { KeyDecoder, type Key } from '../support/keys.ts';
import { LineEditor, type EditorAction } from './line-editor.ts';
import type { Shell } from './shell.ts';

/** A line, or why there is none. */
export type LineResult =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'interrupt' | 'end' };

const PASTE_ON = '\u001b[?2004h';
const PASTE_OFF = '\u001b[?2004l\r';
const BELL = '\u0007';
const DEFAULT_COLUMNS = 80;
const MANY_CHOICES = 100;

export function* readEditedLine(shell: Shell, prompt: string): Sleeping<LineResult> {
  const { c, terminal } = shell;
  const fd = terminal >= 0 ? terminal : 0;
  const cooked = yield* c.tcgetattr(fd);
  if (typeof cooked !== 'number') yield* c.tcsetattr(fd, rawMode(cooked));
  const session = new Session(shell, fd);
  const result = yield* session.run(prompt);
  if (typeof cooked !== 'number') yield* c.tcsetattr(fd, cooked);
  return result;
}

function rawMode(cooked: Termios): Termios {
  const cc = [...cooked.cc];
  cc[CC.VMIN] = 1;
  cc[CC.VTIME] = 0;
  return {
    ...cooked,
    cc,
    // ICRNL stays: a line typed ahead then ends in the newline that the next program expects.
    iflag: cooked.iflag & ~(IFLAG.INLCR | IFLAG.IGNCR | IFLAG.IXON),
    lflag: cooked.lflag & ~(LFLAG.ICANON | LFLAG.ECHO | LFLAG.ISIG | LFLAG.IEXTEN),
  };
}

class Session {
  private readonly shell: Shell;
  private readonly fd: number;
  private readonly editor: LineEditor;
  private readonly decoder = new KeyDecoder();
  private lastWasTab = false;
  /** Bytes that are known to wait in the terminal. */
  private waiting = 0;

  constructor(shell: Shell, fd: number) {
    this.shell = shell;
    this.fd = fd;
    this.editor = new LineEditor(shell.history);
  }

  *run(prompt: string): Sleeping<LineResult> {
    const { shell, editor } = this;
    yield* this.write(PASTE_ON + editor.begin(prompt, yield* this.columns()));
    const address = yield* shell.c.memory.malloc(16);
    const result = yield* this.loop(address);
    shell.c.memory.free(address);
    return result;
  }

  private *loop(address: number): Sleeping<LineResult> {
    const { decoder, editor } = this;
    for (;;) {
      const byte = yield* this.nextByte(address);
      if (byte === -ERRNO.EINTR) {
        if (this.shell.flow !== undefined) {
          yield* this.write(PASTE_OFF);
          return { kind: 'interrupt' };
        }
        editor.resize(yield* this.columns());
        yield* this.write(editor.draw());
        continue;
      }
      if (byte < 0) return yield* this.leave('end');
      const key = decoder.push(byte);
      if (key !== undefined) {
        const action = editor.press(key);
        const result = yield* this.act(action, key);
        if (result !== undefined) return result;
      }
      if (decoder.isInside || (yield* this.hasMore(address))) continue;
      yield* this.write(editor.takePending() + editor.draw());
    }
  }

  /** The next byte of the terminal, a negative errno, or -1 at its end. */
  private *nextByte(address: number): Sleeping<number> {
    const { c } = this.shell;
    const first = c.read_into(this.fd, address, 1);
    const count = first === WOULD_BLOCK ? yield* c.wait() : first;
    if (this.waiting > 0) this.waiting--;
    if (count === 1) return c.cpu.load8(address);
    if (count !== -ERRNO.EINTR) return -1;
    yield* this.shell.handleSignals();
    return count;
  }

  /** Whether more input waits: then it is too early to draw. Asked once for what has piled up. */
  private *hasMore(address: number): Sleeping<boolean> {
    if (this.waiting > 0) return true;
    const { c } = this.shell;
    const failure = yield* c.ioctl(this.fd, TTY_IOCTL.FIONREAD, address);
    this.waiting = failure >= 0 ? c.cpu.load32(address) : 0;
    return this.waiting > 0;
  }

  private *act(action: EditorAction, key: Key): Sleeping<LineResult | undefined> {
    const { editor } = this;
    const isTab = key.kind === 'name' && key.name === 'tab';
    switch (action) {
      case 'accept':
        return yield* this.leave('line');
      case 'end':
        return yield* this.leave('end');
      case 'interrupt':
        yield* this.write(`${editor.takePending()}${editor.draw()}^C`);
        return yield* this.leave('interrupt');
      case 'clear':
        yield* this.write(`\u001b[H\u001b[2J${editor.restart()}`);
        break;
      case 'complete':
        yield* this.complete();
        break;
      case 'bell':
        yield* this.write(BELL);
        break;
      default:
        break;
    }
    this.lastWasTab = isTab;
    return undefined;
  }

  private *leave(kind: LineResult['kind']): Sleeping<LineResult> {
    const { editor } = this;
    const below = kind === 'interrupt' || kind === 'line' ? editor.finish() : editor.draw();
    const newline = kind === 'end' ? '\n' : '';
    yield* this.write(editor.takePending() + below + PASTE_OFF + newline);
    return kind === 'line' ? { kind, text: editor.buffer.text } : { kind };
  }

  private *complete(): Sleeping<void> {
    const { editor, shell } = this;
    const found = yield* complete(shell, editor.buffer.before);
    if (found === undefined) {
      yield* this.write(BELL);
      return;
    }
    const typed = Array.from(editor.buffer.before).slice(-found.replaced).join('');
    const isSame = found.replaced > 0 ? typed === found.text : found.text === '';
    if (!isSame) {
      if (found.text.startsWith(typed) && found.replaced > 0) {
        editor.insert(found.text.slice(typed.length));
      } else editor.replaceBefore(found.replaced, found.text);
    }
    if (found.choices.length === 0) return;
    if (isSame && this.lastWasTab) yield* this.list(found.choices);
    else yield* this.write(BELL);
  }

  private *list(choices: readonly string[]): Sleeping<void> {
    const { editor } = this;
    let text = editor.finish();
    const shown = choices.slice(0, MANY_CHOICES);
    text += listChoices(shown, yield* this.columns());
    if (shown.length < choices.length) text += `… and ${choices.length - shown.length} more\r\n`;
    yield* this.write(text + editor.restart());
  }

  private *columns(): Sleeping<number> {
    const size = yield* this.shell.c.get_winsize(this.fd);
    return typeof size === 'number' || size.columns === 0 ? DEFAULT_COLUMNS : size.columns;
  }

  private *write(text: string): Sleeping<void> {
    // The marks around colours in a prompt are for the width only, and the terminal adds returns.
    const shown = text.replaceAll(/[\u0001\u0002]/g, '').replaceAll('\r\n', '\n');
    if (shown !== '') yield* this.shell.c.write_all(this.fd, shown);
  }
}
