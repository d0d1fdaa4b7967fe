// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Text files of /home/user as the editor has them, and which project and tab are open.
 *
 * A project is a folder with a Kbuild or a `.ts` file. `text` is what the person sees; `savedText`
 * what the machine was last given.
 */
import type { StateCreator } from 'zustand/vanilla';

import type { PlaygroundState } from './playground-store.ts';

export const HOME = '/home/user';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly savedText: string;
  /** As it ships, when it does. */
  readonly shippedText: string | undefined;
}

export interface FileSlice {
  readonly files: Readonly<Record<string, SourceFile>>;
  /** Folder under /home/user. */
  readonly project: string;
  readonly openPath: string | undefined;
  /** A declaration of the driver API that somebody looked up: read only, one at a time. */
  readonly declaration: { readonly path: string; readonly text: string } | undefined;
  readonly showDeclaration: (declaration: FileSlice['declaration']) => void;
  readonly showFiles: (files: Readonly<Record<string, SourceFile>>) => void;
  readonly showFile: (file: SourceFile) => void;
  readonly hideFile: (path: string) => void;
  readonly editFile: (path: string, text: string) => void;
  readonly markSaved: (path: string, text: string) => void;
  readonly openProject: (project: string) => void;
  readonly openFile: (path: string) => void;
}

export const createFileSlice: StateCreator<PlaygroundState, [], [], FileSlice> = (set) => ({
  files: {},
  project: '',
  openPath: undefined,
  declaration: undefined,

  showDeclaration: (declaration) =>
    set((state) => ({ declaration, openPath: declaration?.path ?? tabsOf(state)[0]?.path })),
  showFiles: (files) => set({ files }),
  showFile: (file) => set((state) => ({ files: { ...state.files, [file.path]: file } })),
  hideFile: (path) =>
    set((state) => {
      const { [path]: _gone, ...files } = state.files;
      const openPath =
        state.openPath === path ? tabsOf({ ...state, files })[0]?.path : state.openPath;
      return { files, openPath };
    }),
  editFile: (path, text) => set((state) => changed(state, path, { text })),
  markSaved: (path, text) => set((state) => changed(state, path, { savedText: text })),
  openProject: (project) =>
    set((state) => ({ project, openPath: tabsOf({ ...state, project })[0]?.path })),
  openFile: (path) =>
    set((state) =>
      path === state.declaration?.path
        ? { openPath: path }
        : { project: projectOf(path) ?? state.project, openPath: path },
    ),
});

function changed(
  state: FileSlice,
  path: string,
  change: Partial<SourceFile>,
): Pick<FileSlice, 'files'> {
  const file = state.files[path];
  return {
    files: file === undefined ? state.files : { ...state.files, [path]: { ...file, ...change } },
  };
}

/** `/home/user/hello_world/hello_world.ts` is of `hello_world`. */
export function projectOf(path: string): string | undefined {
  const [project, file] = path.slice(HOME.length + 1).split('/');
  return file === undefined ? undefined : project;
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every project, by name. */
export function projectsOf(state: Pick<FileSlice, 'files'>): readonly string[] {
  const projects = new Set<string>();
  for (const path of Object.keys(state.files)) {
    const project = projectOf(path);
    if (project !== undefined && /\/Kbuild$|\.ts$/.test(path)) projects.add(project);
  }
  return [...projects].toSorted();
}

/** Files of the open project: sources first, then Kbuild and what else there is. */
export function tabsOf(state: Pick<FileSlice, 'files' | 'project'>): readonly SourceFile[] {
  const rank = (path: string): number =>
    path.endsWith(`/${state.project}.ts`)
      ? 0
      : path.endsWith('.ts')
        ? 1
        : path.endsWith('Kbuild')
          ? 2
          : 3;
  return Object.values(state.files)
    .filter(
      ({ path }) => path.startsWith(`${HOME}/${state.project}/`) && path.split('/').length === 5,
    )
    .toSorted((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1));
}

/** The modules that `make` builds in a project, in Kbuild's order; without one, of a source. */
export function modulesOf(state: Pick<FileSlice, 'files'>, project: string): readonly string[] {
  const kbuild = (state.files[`${HOME}/${project}/Kbuild`]?.text ?? '').replaceAll('\\\n', ' ');
  const named = [...kbuild.matchAll(/^[ \t]*obj-m[ \t]*[:+]?=(.*)$/gm)].flatMap(([, list = '']) =>
    [...list.matchAll(/([\w-]+)\.o\b/g)].flatMap(([, name]) => name ?? []),
  );
  if (named.length > 0) return named;
  const source = tabsOf({ files: state.files, project }).find(
    ({ path, text }) => path.endsWith('.ts') && !isProgram(text),
  );
  return source === undefined ? [] : [fileName(source.path).replace(/\.ts$/, '')];
}

/** The source to show for a module: the one of its name, else the project's first. */
export function sourceOf(state: Pick<FileSlice, 'files'>, module: string): string | undefined {
  const project = projectWith(state, module);
  if (project === undefined) return undefined;
  const sources = tabsOf({ files: state.files, project })
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.ts'));
  return sources.find((path) => fileName(path) === `${module}.ts`) ?? sources[0];
}

/** The open file, when it is a program: those import libc, or have a `main` and no kernel. */
export function openProgram(
  state: Pick<FileSlice, 'files' | 'openPath'>,
): { readonly folder: string; readonly name: string } | undefined {
  const { path = '', text = '' } = state.files[state.openPath ?? ''] ?? {};
  if (!path.endsWith('.ts') || !isProgram(text)) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/'));
  return { folder: folder.slice(HOME.length + 1), name: fileName(path).replace(/\.ts$/, '') };
}

/** As the compiler judges it, which reads more exactly. */
function isProgram(text: string): boolean {
  if (/^import\b[^;]*["']libc["']/m.test(text)) return true;
  return /^export function main\b/m.test(text) && !/^import\b[^;]*["']kernel["'/]/m.test(text);
}

/** One text for all that a build of the project reads, as seen or as saved: to compare builds. */
export function sourcesOf(
  state: Pick<FileSlice, 'files'>,
  project: string,
  which: 'text' | 'savedText',
): string {
  return tabsOf({ files: state.files, project })
    .filter(({ path }) => /\.ts$|Kbuild$/.test(path))
    .map((file) => `${file.path}\0${file[which]}`)
    .join('\0');
}

/** The project whose Kbuild names this module. */
export function projectWith(state: Pick<FileSlice, 'files'>, module: string): string | undefined {
  return projectsOf(state).find((project) => modulesOf(state, project).includes(module));
}

export function isDirty(file: SourceFile): boolean {
  return file.text !== file.savedText;
}
