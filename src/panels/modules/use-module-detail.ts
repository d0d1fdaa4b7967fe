// SPDX-License-Identifier: GPL-2.0-or-later
/** A module in detail, read again while the machine moves. */
import { useEffect, useState } from 'react';

import type { MachineSnapshot, ModuleDetail } from '../../../kernel-sim/machine-types.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';

/** Often enough to follow a parameter, seldom enough to cost nothing. */
const READ_EVERY_MS = 500;

/** undefined until the kernel has answered, and when the module is gone. */
export function useModuleDetail(name: string | undefined): ModuleDetail | undefined {
  const playground = usePlayground();
  const standing = useSelection((state) => {
    const module = state.snapshot?.modules.find((it) => it.name === name);
    return module === undefined
      ? ''
      : `${module.references} ${module.state} ${module.usedBy.join()}`;
  });
  const [detail, setDetail] = useState<ModuleDetail>();
  useEffect(() => {
    let isWanted = true;
    let seen: MachineSnapshot | undefined;
    const read = async (): Promise<void> => {
      const { snapshot } = playground.store.getState();
      if (name === undefined || snapshot === seen) return;
      seen = snapshot;
      const answer = await playground.describeModule(name);
      if (isWanted) setDetail(answer);
    };
    void read();
    const timer = setInterval(() => void read(), READ_EVERY_MS);
    return () => {
      isWanted = false;
      clearInterval(timer);
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- read at once when it changes
  }, [playground, name, standing]);
  return detail?.name === name ? detail : undefined;
}
