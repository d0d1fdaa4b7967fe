// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The worker with the compiler: builds for the kernel, and answers the editor. One program and one
 * set of parsed declarations serve both.
 */
import { assets } from '../../kernel-sim/toolchain/generated/assets.ts';
import { createToolchain } from '../../kernel-sim/toolchain/index.ts';
import type { BuildRequest } from '../../kernel-sim/uapi/hostcc.ts';
import type {
  MethodName,
  ToolchainAnswer,
  ToolchainCall,
  ToolchainMethods,
} from '../session/toolchain-messages.ts';
import { createLanguageMethods } from './language-methods.ts';

const toolchain = createToolchain(assets);

const methods: ToolchainMethods = {
  build: (request) => {
    const parsed = JSON.parse(new TextDecoder().decode(request)) as BuildRequest;
    return new TextEncoder().encode(JSON.stringify(toolchain.build(parsed)));
  },
  setFile: (path, text) => toolchain.setFile(path, text),
  removeFile: (path) => toolchain.removeFile(path),
  diagnose: (path) => toolchain.diagnosticsOf(path),
  ...createLanguageMethods(toolchain.languageService()),
};

function answer(message: ToolchainAnswer): void {
  postMessage(message);
}

let isWarm = false;

addEventListener('message', ({ data }: MessageEvent<ToolchainCall>) => {
  const { id, method, args } = data;
  try {
    const call = methods[method] as (
      ...args: readonly unknown[]
    ) => ReturnType<ToolchainMethods[MethodName]>;
    answer({ kind: 'result', id, value: call(...args) });
    if (isWarm || (method !== 'diagnose' && method !== 'build')) return;
    isWarm = true;
    answer({ kind: 'ready' });
  } catch (error) {
    answer({ kind: 'error', id, text: error instanceof Error ? error.message : String(error) });
  }
});
