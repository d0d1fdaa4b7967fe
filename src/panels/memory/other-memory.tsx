// SPDX-License-Identifier: GPL-2.0-or-later
/** What lies outside of the slab caches: whole pages, and what is free. */
import type { OtherMemory, VmallocView } from '../../../kernel-sim/machine-types.ts';
import { addressText, type PointerBytes } from '../../lib/addresses.ts';

const PAGE_KIB = 4;

interface OtherMemoryProps {
  readonly other: OtherMemory;
  readonly pointerBytes: PointerBytes;
}

export function OtherMemoryView({ other, pointerBytes }: OtherMemoryProps) {
  const { totalBytes, freeBytes, freeBlocks, large, vmalloc } = other;
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
      {vmalloc.length > 0 && <Areas areas={vmalloc} pointerBytes={pointerBytes} />}
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

interface AreasProps {
  readonly areas: readonly VmallocView[];
  readonly pointerBytes: PointerBytes;
}

function Areas({ areas, pointerBytes }: AreasProps) {
  return (
    <table className="data buddies">
      <caption>Areas of vmalloc</caption>
      <thead>
        <tr>
          <th scope="col">Address</th>
          <th scope="col" className="figure">
            Bytes
          </th>
          <th scope="col" className="figure">
            Pages
          </th>
          <th scope="col">Asked for by</th>
        </tr>
      </thead>
      <tbody>
        {areas.map(({ address, sizeBytes, pages, caller }) => (
          <tr key={address}>
            <td>{addressText(address, pointerBytes)}</td>
            <td className="figure">{sizeBytes}</td>
            <td className="figure">{pages}</td>
            <td>{caller}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function kib(bytes: number): string {
  return `${bytes / 1024} KiB`;
}
