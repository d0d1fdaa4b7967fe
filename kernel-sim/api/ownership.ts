// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * How a declaration says who owns a value. These types mean nothing at run time.
 *
 * A parameter of plain type `T` takes the value over; `Ref<T>` borrows it for reading, `Mut<T>`
 * alone.
 *
 * @subpath kernel
 */

declare const borrow: unique symbol;

/**
 * A value that is lent for reading: others may read it too.
 *
 * @public
 */
export type Ref<T> = T & { readonly [borrow]?: 'shared' | 'mut' };

/**
 * A value that is lent to one user alone, who may change it.
 *
 * @public
 */
export type Mut<T> = T & { readonly [borrow]?: 'mut' };

/**
 * A receiver that the call uses up.
 *
 * @public
 */
export type Own<T> = T & { readonly [borrow]?: 'own' };
