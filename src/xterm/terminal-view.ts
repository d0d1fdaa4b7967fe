// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * One terminal on the page: xterm in an element of its own, which panes adopt and hand on.
 *
 * It lives outside React, so that the first prompt waits for nothing but this and the kernel, and
 * so that no change of layout ever redraws or loses what stands in it.
 */
import { FitAddon } from '@xterm/addon-fit';
import type { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

import { copyText, readClipboard } from '../lib/clipboard.ts';
import type { ThemeName } from '../lib/tokens.ts';
import { addressLinks } from './address-links.ts';
import { reportHints } from './report-hints.ts';
import { sourceLinks } from './source-links.ts';
import { judgeKey } from './terminal-keys.ts';
import { terminalTheme } from './terminal-theme.ts';

const FALLBACK_FONTS = 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace';
/** 18 px at 12.5, as the type table wants. */
const LINE_HEIGHT = 1.17;
const SCROLLBACK_LINES = 5000;
/** A long paste goes out in pieces, so that neither page nor kernel stops for it. */
const PASTE_PIECE_BYTES = 2048;
const INTERRUPT = 0x03;
/** `user@pc:~/hello_world$ half a line` */
const PROMPT = /^[^$#]*[$#] (.*)$/;

export interface TerminalEvents {
  readonly onInput: (bytes: Uint8Array) => void;
  readonly onResize: (rows: number, columns: number) => void;
  /** Somebody clicked `hello_world.ts:6`. */
  readonly onSourceLink: (file: string, line: number) => void;
  /** Somebody clicked the address of an object of the kernel's. */
  readonly onAddressLink: (address: number) => void;
}

export class TerminalView {
  /** Give this a place: the terminal fills it. */
  readonly element = document.createElement('div');
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #events: TerminalEvents;
  readonly #encoder = new TextEncoder();
  #queue: Uint8Array[] = [];
  #fitIsDue = false;
  #resized: ResizeObserver | undefined;
  #search: Promise<SearchAddon> | undefined;
  #ctrlUsed: (() => void) | undefined;

  constructor(events: TerminalEvents, theme: ThemeName, fontSize: number) {
    this.#events = events;
    this.element.className = 'shell-host';
    this.#terminal = new Terminal({
      theme: terminalTheme(theme),
      fontFamily: FALLBACK_FONTS,
      fontSize,
      fontWeightBold: 600,
      lineHeight: LINE_HEIGHT,
      scrollback: SCROLLBACK_LINES,
      minimumContrastRatio: 4.5,
      customGlyphs: true,
      cursorBlink: false,
      cursorInactiveStyle: 'outline',
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.attachCustomKeyEventHandler((event) => this.#mayTake(event));
    this.#terminal.onData((text) => this.#enqueue(this.#encoder.encode(this.#withCtrl(text))));
    this.#terminal.onResize(({ rows, cols }) => this.#events.onResize(rows, cols));
    this.#terminal.registerLinkProvider(
      sourceLinks(this.#terminal, (file, line) => this.#events.onSourceLink(file, line)),
    );
    this.#terminal.registerLinkProvider(
      addressLinks(this.#terminal, (address) => this.#events.onAddressLink(address)),
    );
    this.#terminal.registerLinkProvider(reportHints(this.#terminal));
  }

  /** Shows it, when that has not been done; the element must be in the document. */
  open(): void {
    if (this.#resized !== undefined) return;
    this.#terminal.open(this.element);
    this.#terminal.textarea?.setAttribute('aria-label', 'Shell. Shift and Tab leave it.');
    this.fit();
    this.#resized = new ResizeObserver(() => this.#fitSoon());
    this.#resized.observe(this.element);
    this.#events.onResize(this.#terminal.rows, this.#terminal.cols);
  }

  dispose(): void {
    this.#queue = [];
    this.#resized?.disconnect();
    this.#terminal.dispose();
    this.element.remove();
  }

  /** Selects the next place with this text, or the one before; false when there is none. */
  async find(text: string, isBackwards: boolean): Promise<boolean> {
    const search = await (this.#search ??= this.#loadSearch());
    return isBackwards ? search.findPrevious(text) : search.findNext(text);
  }

  async #loadSearch(): Promise<SearchAddon> {
    const { SearchAddon } = await import('@xterm/addon-search');
    const search = new SearchAddon();
    this.#terminal.loadAddon(search);
    return search;
  }

  write(bytes: Uint8Array, drawn: () => void): void {
    this.#terminal.write(bytes, drawn);
  }

  /** As if typed: goes to the kernel, which echoes it. */
  send(text: string): void {
    this.#enqueue(this.#encoder.encode(text));
  }

  /** What stands after the prompt in the line with the cursor. */
  halfLine(): string {
    const { active } = this.#terminal.buffer;
    let row = active.baseY + active.cursorY;
    let text = '';
    for (; row >= 0; row--) {
      const line = active.getLine(row);
      text = (line?.translateToString(true) ?? '') + text;
      if (line?.isWrapped !== true) break;
    }
    return PROMPT.exec(text)?.[1] ?? '';
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  async pasteFromClipboard(): Promise<boolean> {
    const text = await readClipboard();
    if (text !== undefined) this.paste(text);
    this.focus();
    return text !== undefined;
  }

  /** Copies the selection, or all that stands in the terminal when nothing is selected. */
  async copy(): Promise<boolean> {
    const isSelection = this.#terminal.hasSelection();
    if (!isSelection) this.#terminal.selectAll();
    const text = this.#terminal.getSelection().trimEnd();
    this.#terminal.clearSelection();
    return copyText(text);
  }

  clear(): void {
    this.#terminal.clear();
    this.focus();
  }

  /** Empties it for a machine that boots anew. */
  reset(): void {
    this.#queue = [];
    this.#terminal.reset();
    this.#events.onResize(this.#terminal.rows, this.#terminal.cols);
  }

  /** The next letter typed is sent with Ctrl, which phones lack; then `used` is told. */
  holdCtrl(isHeld: boolean, used: () => void): void {
    this.#ctrlUsed = isHeld ? used : undefined;
  }

  focus(): void {
    this.#terminal.focus();
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  setTheme(theme: ThemeName): void {
    this.#terminal.options.theme = terminalTheme(theme);
  }

  setFontSize(pixels: number): void {
    this.#terminal.options.fontSize = pixels;
    this.fit();
  }

  setScreenReader(isOn: boolean): void {
    this.#terminal.options.screenReaderMode = isOn;
  }

  /** Never while the system asks for less motion. */
  setCursorBlink(isOn: boolean): void {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#terminal.options.cursorBlink = isOn && !isStill;
  }

  /** The page's own font has arrived: takes it, once. */
  useFont(family: string): void {
    this.#terminal.options.fontFamily = `"${family}", ${FALLBACK_FONTS}`;
    this.fit();
  }

  fit(): void {
    if (this.element.clientWidth > 0 && this.element.clientHeight > 0) this.#fit.fit();
  }

  #withCtrl(text: string): string {
    if (this.#ctrlUsed === undefined || !/^[a-zA-Z@[\\\]^_]$/.test(text)) return text;
    this.#ctrlUsed();
    this.#ctrlUsed = undefined;
    return String.fromCharCode(text.toUpperCase().charCodeAt(0) & 0x1f);
  }

  /** Once per frame is enough while somebody drags a splitter. */
  #fitSoon(): void {
    if (this.#fitIsDue) return;
    this.#fitIsDue = true;
    requestAnimationFrame(() => {
      this.#fitIsDue = false;
      this.fit();
    });
  }

  /** xterm asks before it takes a key; what it may not take goes on to the page. */
  #mayTake(event: KeyboardEvent): boolean {
    const verdict = judgeKey(event, this.#terminal.hasSelection());
    if (verdict === 'copy' && event.type === 'keydown') {
      event.preventDefault();
      if (this.#terminal.hasSelection()) void this.copy();
    }
    return verdict === 'send';
  }

  #enqueue(bytes: Uint8Array): void {
    // An interrupt overtakes a paste that is still going out, and ends it.
    if (bytes.byteLength === 1 && bytes[0] === INTERRUPT) this.#queue = [];
    const isFirst = this.#queue.length === 0;
    if (isFirst && bytes.byteLength <= PASTE_PIECE_BYTES) {
      this.#events.onInput(bytes);
      return;
    }
    for (let at = 0; at < bytes.byteLength; at += PASTE_PIECE_BYTES) {
      this.#queue.push(bytes.subarray(at, at + PASTE_PIECE_BYTES));
    }
    if (isFirst) this.#sendPiece();
  }

  #sendPiece(): void {
    const piece = this.#queue.shift();
    if (piece === undefined) return;
    this.#events.onInput(piece);
    setTimeout(() => this.#sendPiece(), 4);
  }
}
