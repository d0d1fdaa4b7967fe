// SPDX-License-Identifier: GPL-2.0-or-later
/** What lies outside of the slab caches: whole pages, and what is free. */
import type { OtherMemory } from '../../../kernel-sim/machine-types.ts';

const PAGE_KIB = 4;

export function OtherMemoryView({ other }: { readonly other: OtherMemory }) {
  const { totalBytes, freeBytes, freeBlocks, large } = other;
  const most = Math.max(1, ...freeBlocks.map((count, order) => count << order));
  return (
    <div className="other-memory">
      <dl className="facts">
        <dt>All of it</dt>
        <dd className="mono">{kib(totalBytes)}</dd>
        <dt>Free</dt>
        <dd className="mono">{kib(freeBytes)}</dd>
        <dt>Large kmalloc</dt>
        <dd>
          {large.count === 0 ? (
            <span className="quiet">nobody has asked for more than a cache holds</span>
          ) : (
            <>
              <span className="mono">{large.count}</span> of whole pages, for{' '}
              <span className="mono">{large.bytes}</span> bytes
            </>
          )}
        </dd>
      </dl>
      <table className="data buddies">
        <caption>Free blocks of pages, as the buddy allocator keeps them</caption>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col" className="figure">
              Block
            </th>
            <th scope="col" className="figure">
              Free
            </th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {freeBlocks.map((count, order) => (
            // oxlint-disable-next-line react/no-array-index-key -- the index is the order
            <tr key={order}>
              <td>{order}</td>
              <td className="figure">{PAGE_KIB << order} KiB</td>
              <td className="figure">{count}</td>
              <td>
                <span className="unseen">{((count << order) * PAGE_KIB).toString()} KiB</span>
                <span className="cache-bar" aria-hidden>
                  <span style={{ width: `${((count << order) / most) * 100}%` }} />
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function kib(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
