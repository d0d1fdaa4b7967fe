// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Drawing the edited line: where each character stands at this terminal width, and the bytes that
 * bring the screen there.
 *
 * Linux counterpart: readline's display.c. What is appended at the end is only written, all else is
 * drawn anew from the prompt on.
 */
import { charWidth } from '../support/char-width.ts';

interface Place {
  row: number;
  column: number;
  /** The row before is full: a terminal stays there until more comes, so a newline must push it. */
  wrapped: boolean;
}

const ORIGIN: Place = { row: 0, column: 0, wrapped: false };

export class LineDisplay {
  private columns = 80;
  private prompt = '';
  /** Where the text begins, counted from the first row of the prompt's last line. */
  private start: Place = { ...ORIGIN };
  private end: Place = { ...ORIGIN };
  private cursor: Place = { ...ORIGIN };

  /** A new line: `prompt` with its colours. Returns what to write. */
  begin(prompt: string, columns: number): string {
    this.columns = Math.max(columns, 2);
    this.setPrompt(prompt);
    return this.end.wrapped ? `${prompt}\r\n` : prompt;
  }

  private setPrompt(prompt: string): void {
    this.prompt = prompt.slice(prompt.lastIndexOf('\n') + 1);
    this.start = { ...ORIGIN };
    this.advance(this.start, stripControls(this.prompt));
    this.end = { ...this.start };
    this.cursor = { ...this.start };
  }

  /** Moves `place` past `text`; the text as it is shown. */
  private advance(place: Place, text: string): string {
    let shown = '';
    for (const char of text) {
      if (char === '\n') {
        shown += '\r\n';
        place.row++;
        place.column = 0;
        place.wrapped = false;
        continue;
      }
      const visible = visibleForm(char, place.column);
      for (const cell of visible) {
        const width = charWidth(cell);
        if (place.column + width > this.columns) {
          place.row++;
          place.column = 0;
        }
        place.column += width;
      }
      shown += visible;
      place.wrapped = place.column >= this.columns;
      if (!place.wrapped) continue;
      place.row++;
      place.column = 0;
    }
    return shown;
  }

  /** `text` was added at the end, with the cursor behind it. */
  append(text: string): string {
    const shown = this.advance(this.end, text);
    this.cursor = { ...this.end };
    return this.end.wrapped ? `${shown}\r\n` : shown;
  }

  /** Draws everything again. */
  redraw(before: string, after: string, prompt?: string): string {
    const up = this.cursor.row;
    if (prompt !== undefined) this.setPrompt(prompt);
    const end = { ...this.start };
    const first = this.advance(end, before);
    const cursor = { ...end };
    const second = this.advance(end, after);
    this.end = end;
    this.cursor = cursor;
    return (
      (up > 0 ? `\u001b[${up}A` : '') +
      `\r\u001b[J${this.prompt}${first}${second}${end.wrapped ? '\r\n' : ''}` +
      goTo(end, cursor)
    );
  }

  /** The cursor alone moved: `before` is what stands in front of it now. */
  moveTo(before: string): string {
    const target = { ...this.start };
    this.advance(target, before);
    const text = goTo(this.cursor, target);
    this.cursor = target;
    return text;
  }

  /** Leaves the line: the cursor goes to the row below it. */
  finish(): string {
    const text = goTo(this.cursor, this.end);
    return this.end.wrapped ? text : `${text}\r\n`;
  }

  /** After the screen was cleared or something was printed below: the cursor is at a fresh row. */
  restart(before: string, after: string): string {
    this.cursor = { ...ORIGIN };
    return this.redraw(before, after);
  }

  resize(columns: number): void {
    this.columns = Math.max(columns, 2);
    this.setPrompt(this.prompt);
  }
}

function goTo(from: Place, to: Place): string {
  let text = '';
  if (to.row < from.row) text += `\u001b[${from.row - to.row}A`;
  if (to.row > from.row) text += `\u001b[${to.row - from.row}B`;
  if (to.column === from.column && to.row === from.row) return text;
  return to.column === 0 ? `${text}\r` : `${text}\r\u001b[${to.column}C`;
}

/** A character as the line shows it: tabs as spaces, controls as `^X`. */
function visibleForm(char: string, column: number): string {
  const code = char.charCodeAt(0);
  if (code === 9) return ' '.repeat(8 - (column % 8));
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  return code === 0x7f ? '^?' : char;
}

/** `text` without escape sequences and the marks that stand around them in a prompt. */
function stripControls(text: string): string {
  return text.replaceAll(/\u001b\[[\d;?]*[ -/]*[@-~]|\u001b\][^\u0007]*\u0007|[\u0001\u0002]/g, '');
}
