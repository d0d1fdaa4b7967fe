// SPDX-License-Identifier: GPL-2.0-or-later
/** One loaded module in every detail that a view may show. */
import type { Kernel } from '../init/kernel.ts';
import type { LoadedModule } from '../kernel/module/loaded-module.ts';
import { taintLetters } from '../kernel/taint.ts';
import type { ModuleDetail } from '../machine-types.ts';
import { pathText } from '../fs/mount.ts';
import { processOf } from '../process/process.ts';

/** Undefined when no module of that name is loaded. */
export function moduleDetail(kernel: Kernel, name: string): ModuleDetail | undefined {
  const module = kernel.loader.get(name);
  if (module === undefined) return undefined;
  const { words, sections, parameters } = module.image;
  return {
    ...words,
    sections: sections.map(({ name: section, address, sizeBytes }) => ({
      name: section,
      address: kernel.slabs.ram.formatPointer(address),
      sizeBytes,
    })),
    symbols: symbolsOf(kernel, module),
    imports: module.imports.map((symbol) => ({
      name: symbol.name,
      from: symbol.owner?.name ?? 'kernel',
    })),
    dependsOn: [...module.providers].map((provider) => provider.name),
    usedBy: [...module.users].map((user) => user.name),
    references: module.references,
    holders: holdersOf(kernel, module),
    parameters: parameters.map(({ name: parameter, type, shown, description, mode }) => ({
      name: parameter,
      type,
      value: shown,
      description,
      mode,
    })),
    taints: taintLetters(module.taint),
  };
}

function holdersOf(kernel: Kernel, module: LoadedModule): ModuleDetail['holders'] {
  return [...kernel.tasks.all()].flatMap((task) => {
    const process = task.state === 'X' || task.state === 'Z' ? undefined : processOf(task);
    if (process === undefined) return [];
    return [...process.files.entries()]
      .filter(([, file]) => file.ops.owner === module)
      .map(([fd, file]) => ({
        pid: task.pid,
        name: task.name,
        fd,
        path: pathText(file.path, process.fs.root),
      }));
  });
}

function symbolsOf(kernel: Kernel, { image }: LoadedModule): ModuleDetail['symbols'] {
  const exported = new Map(image.exports.map(({ name, isGplOnly }) => [name, isGplOnly]));
  return image.symbols.map(({ name, address, sizeBytes, kind }) => ({
    name,
    address: kernel.slabs.ram.formatPointer(address),
    sizeBytes,
    kind,
    isExported: exported.has(name),
    isGplOnly: exported.get(name) ?? false,
  }));
}
