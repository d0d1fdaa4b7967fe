// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The line being edited, and where the cursor stands in it.
 *
 * Two stacks of characters with the cursor between them, so that a megabyte typed or pasted costs
 * one push per character. Linux counterpart: readline's rl_line_buffer and text.c, kill.c.
 */

export class EditBuffer {
  /** Characters before the cursor. */
  private left: string[] = [];
  /** Characters after it, the nearest last. */
  private right: string[] = [];
  /** What was killed last; kills in a row gather. */
  private killed = '';
  private isKilling = false;
  private wasKilling = false;

  get text(): string {
    return this.before + this.after;
  }
  get before(): string {
    return this.left.join('');
  }
  get after(): string {
    return this.right.toReversed().join('');
  }
  get cursor(): number {
    return this.left.length;
  }
  get length(): number {
    return this.left.length + this.right.length;
  }
  get atEnd(): boolean {
    return this.right.length === 0;
  }

  /** To be called before each key: kills gather only when nothing comes between them. */
  beginKey(): void {
    this.wasKilling = this.isKilling;
    this.isKilling = false;
  }

  set(text: string, cursor?: number): void {
    const chars = Array.from(text);
    this.left = chars.slice(0, cursor ?? chars.length);
    this.right = chars.slice(this.left.length).toReversed();
  }

  insert(text: string): void {
    for (const char of text) this.left.push(char);
  }

  /** Moves by characters, negative to the left; false when nothing moved. */
  move(steps: number): boolean {
    const from = steps < 0 ? this.left : this.right;
    const to = steps < 0 ? this.right : this.left;
    let moved = 0;
    for (; moved < Math.abs(steps); moved++) {
      const char = from.pop();
      if (char === undefined) break;
      to.push(char);
    }
    return moved > 0;
  }

  home(): void {
    this.move(-this.left.length);
  }
  end(): void {
    this.move(this.right.length);
  }

  backspace(): boolean {
    return this.left.pop() !== undefined;
  }
  delete(): boolean {
    return this.right.pop() !== undefined;
  }

  /** Characters from the cursor to the end of the word after it. */
  private wordAfter(): number {
    let count = 0;
    const at = (index: number): string | undefined => this.right[this.right.length - 1 - index];
    while (at(count) !== undefined && !isWordChar(at(count))) count++;
    while (isWordChar(at(count))) count++;
    return count;
  }

  /** Characters from the beginning of the word before the cursor. */
  private wordBefore(isPart: (char: string | undefined) => boolean): number {
    let count = 0;
    const at = (index: number): string | undefined => this.left[this.left.length - 1 - index];
    while (at(count) !== undefined && !isPart(at(count))) count++;
    while (at(count) !== undefined && isPart(at(count))) count++;
    return count;
  }

  forwardWord(): boolean {
    return this.move(this.wordAfter());
  }
  backwardWord(): boolean {
    return this.move(-this.wordBefore(isWordChar));
  }

  killToEnd(): void {
    const text = this.after;
    this.right = [];
    this.kill(text, 'after');
  }
  killToStart(): void {
    const text = this.before;
    this.left = [];
    this.kill(text, 'before');
  }
  killWord(): void {
    const count = this.wordAfter();
    const text = this.right
      .splice(this.right.length - count)
      .toReversed()
      .join('');
    this.kill(text, 'after');
  }
  backwardKillWord(): void {
    this.killBefore(this.wordBefore(isWordChar));
  }
  /** Ctrl+W: back to white space. */
  unixWordRubout(): void {
    this.killBefore(this.wordBefore(isNotBlank));
  }

  private killBefore(count: number): void {
    this.kill(this.left.splice(this.left.length - count).join(''), 'before');
  }

  private kill(text: string, side: 'before' | 'after'): void {
    this.isKilling = true;
    if (!this.wasKilling) this.killed = text;
    else this.killed = side === 'before' ? text + this.killed : this.killed + text;
  }

  yank(): void {
    this.insert(this.killed);
  }

  /** Ctrl+T: the character before the cursor changes places with the one at it. */
  transpose(): boolean {
    if (this.length < 2 || this.left.length === 0) return false;
    if (this.right.length === 0) this.move(-1);
    const first = this.left.pop() ?? '';
    const second = this.right.pop() ?? '';
    this.left.push(second, first);
    return true;
  }
}

function isWordChar(char: string | undefined): boolean {
  return char !== undefined && /[\p{L}\p{N}]/u.test(char);
}

function isNotBlank(char: string | undefined): boolean {
  return char !== undefined && char !== ' ' && char !== '\t' && char !== '\n';
}
