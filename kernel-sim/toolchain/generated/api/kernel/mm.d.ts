// SPDX-License-Identifier: GPL-2.0-or-later
// Made by scripts/generate-api.mjs. Do not edit.

import type { Mut, Ref } from "kernel";

/**
 * One page of memory, which a driver and programs may share. Dropping it gives it back; who has it
 * mapped keeps it.
 */
export class Page {
  #nominal;
  private constructor();

  /**
   * A page of zeros.
   *
   * Context: process. Linux: get_zeroed_page.
   *
   * @throws ENOMEM there is none
   * @symbol get_zeroed_page
   */
  static alloc(): Page;

  /**
   * A copy of `count` bytes from `offset` on.
   *
   * Context: any. Beyond the page is a panic.
   *
   * @symbol page_read
   */
  read(this: Ref<Page>, offset: number, count: number): Uint8Array;

  /**
   * Puts bytes at `offset`.
   *
   * Context: any. Beyond the page is a panic.
   *
   * @symbol page_write
   */
  write(this: Mut<Page>, offset: number, bytes: Uint8Array): void;

  /**
   * An unsigned 32-bit number, little-endian. Context: any.
   *
   * @symbol page_load32
   */
  load32(this: Ref<Page>, offset: number): number;

  /**
   * Puts one there. Context: any.
   *
   * @symbol page_store32
   */
  store32(this: Mut<Page>, offset: number, value: number): void;

  /**
   * Context: any. Linux: put_page.
   *
   * @symbol put_page
   */
  [Symbol.dispose](): void;
}

/**
 * The part of a program's address space that an mmap(2) of a device asks for. What is not put into
 * it is a bus error for the program.
 *
 * Linux: struct vm_area_struct.
 *
 * @lent
 */
export class VmArea {
  #nominal;
  private constructor();

  /** Its length in bytes, whole pages. */
  get size(): number;

  /** Where in the device it begins, in bytes: mmap(2)'s last argument. */
  get offset(): number;

  /**
   * Shows `page` at `offset` bytes from the area's start.
   *
   * Context: process. Linux: vm_insert_page.
   *
   * @throws EINVAL no page's start, or beyond the area
   * @throws EBUSY there is one already
   * @symbol vm_insert_page
   */
  insert_page(offset: number, page: Ref<Page>): void;
}

/** Bytes of a page. */
export const PAGE_SIZE: 4096;

export {};
