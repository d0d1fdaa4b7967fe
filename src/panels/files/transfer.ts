// SPDX-License-Identifier: GPL-2.0-or-later
/** Files from and to the person's own disk. */
import { offerFile } from '../../lib/offer-file.ts';
import { tarOf } from '../../lib/tar.ts';
import { fileName } from '../../store/file-slice.ts';
import { parentOf } from '../../store/tree-slice.ts';
import type { Workspace } from '../../store/workspace.ts';

/** More would leave the machine without memory. */
const UPLOAD_BYTES_MAX = 8 * 1024 * 1024;

/** Reads the files into a folder. Returns what is to be said of it. */
export async function upload(
  workspace: Workspace,
  folder: string,
  files: readonly File[],
): Promise<string> {
  const tooLarge: string[] = [];
  const unkept: string[] = [];
  let count = 0;
  for (const file of files) {
    if (file.size > UPLOAD_BYTES_MAX) {
      tooLarge.push(file.name);
      continue;
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    const name = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath;
    if (!(await workspace.writeFile(`${folder}/${name}`, bytes))) unkept.push(file.name);
    count += 1;
  }
  return [
    `${count === 1 ? '1 file' : `${count} files`} uploaded.`,
    ...(tooLarge.length > 0 ? [`Left out, being larger than 8 MiB: ${tooLarge.join(', ')}.`] : []),
    ...(unkept.length > 0
      ? [`Gone with the next restart, being larger than 2 MiB: ${unkept.join(', ')}.`]
      : []),
  ].join(' ');
}

/** A file as it is; a folder as NAME.tar.gz. */
export async function download(workspace: Workspace, path: string): Promise<void> {
  const bytes = workspace.bytesOf(path);
  if (bytes !== undefined) {
    offerFile(fileName(path), new Blob([Uint8Array.from(bytes)]));
    return;
  }
  const cut = parentOf(path).length + 1;
  const entries = workspace
    .below(path)
    .map((file) => ({ path: file.path.slice(cut), bytes: file.bytes }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const archive = new Blob([tarOf(entries, Math.floor(Date.now() / 1000))]);
  const packed = archive.stream().pipeThrough(new CompressionStream('gzip'));
  offerFile(`${fileName(path)}.tar.gz`, await new Response(packed).blob());
}
