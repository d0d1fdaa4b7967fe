// SPDX-License-Identifier: GPL-2.0-or-later
/** Asks before an example goes back to how it ships, and says where the text will be found. */
import { tabsOf } from '../../store/file-slice.ts';
import { usePlayground, useSelection } from '../../store/use-playground.ts';
import { Button } from '../../widgets/button.tsx';
import { Dialog } from '../../widgets/dialog.tsx';

export function ResetDialog({ onClose }: { readonly onClose: () => void }) {
  const playground = usePlayground();
  const project = useSelection((state) => state.project);
  const reset = (): void => {
    const paths = tabsOf(playground.store.getState()).map(({ path }) => path);
    void playground.workspace.resetProject(paths);
    playground.store
      .getState()
      .notify(`${project} is as it ships. Your text is under earlier versions.`);
    onClose();
  };
  return (
    <Dialog
      title={`Reset ${project}`}
      sentence="Its files become as they ship. What you wrote stays under “Earlier versions”."
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Keep my text</Button>
          <Button kind="filled" onPress={reset}>
            Reset the example
          </Button>
        </>
      }
    />
  );
}
