// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Texts in memory of their own.
 *
 * @subpath kernel/alloc
 */
import { decodeUtf8, encodeUtf8 } from '../lib/utf8.ts';
import { GFP } from '../uapi/gfp.ts';
import { Allocation } from './allocation.ts';
import type { ApiContext } from './context.ts';
import type { Mut, Ref } from './ownership.ts';

/**
 * A text as UTF-8 in memory of its own, with a NUL behind it. Linux: char *, kstrdup;
 * Rust-for-Linux: CString.
 *
 * @public
 */
export class KString {
  readonly #memory: Allocation;
  /** Without the NUL. */
  #length = 0;
  #capacity = 0;

  /** @internal */
  constructor(context: ApiContext, text: string, gfp: number) {
    this.#memory = new Allocation(context, this, 'KString');
    this.#append(text, gfp);
  }

  /**
   * How many bytes it has, without the NUL. Linux: strlen.
   *
   * @symbol none
   */
  len(this: Ref<KString>): number {
    this.#memory.check();
    return this.#length;
  }

  /**
   * The text. What is no UTF-8 becomes U+FFFD.
   *
   * @symbol none
   */
  as_str(this: Ref<KString>): string {
    return decodeUtf8(this.#memory.loadBytes(0, this.#length));
  }

  /**
   * Appends a text.
   *
   * Context: any; may sleep unless the flags forbid it.
   *
   * @symbol krealloc_noprof
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM nothing has changed
   */
  push_str(this: Mut<KString>, text: string, gfp: number = GFP.GFP_KERNEL): void {
    this.#memory.check();
    this.#append(text, gfp);
  }

  /**
   * Context: any.
   *
   * @symbol kfree
   */
  [Symbol.dispose](): void {
    if (this.#memory.end('dropped')) this.#memory.free();
  }

  #append(text: string, gfp: number): void {
    const bytes = encodeUtf8(`${text}\0`);
    const needed = this.#length + bytes.length;
    if (needed > this.#capacity) {
      const capacity = Math.max(2 * this.#capacity, needed);
      this.#memory.resize(capacity, gfp);
      this.#capacity = capacity;
    }
    this.#memory.usedBytes = needed;
    this.#memory.storeBytes(this.#length, bytes);
    this.#length = needed - 1;
  }
}

/** @statics KString */
export class KStringStatics {
  readonly #context: ApiContext;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /**
   * A copy of `text`.
   *
   * Context: any; may sleep unless the flags forbid it. Linux: kstrdup.
   *
   * @may_sleep unless gfp=GFP_ATOMIC
   * @param gfp `GFP_KERNEL` unless told
   * @throws ENOMEM no memory for it
   */
  new(text: string, gfp: number = GFP.GFP_KERNEL): KString {
    return new KString(this.#context, text, gfp);
  }
}
