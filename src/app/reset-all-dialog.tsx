// SPDX-License-Identifier: GPL-2.0-or-later
/** Asks before everything goes back to how it ships, and says what is lost. */
import { usePlayground, useSelection } from '../store/use-playground.ts';
import { Button } from '../widgets/button.tsx';
import { Dialog } from '../widgets/dialog.tsx';

export function ResetAllDialog({ onClose }: { readonly onClose: () => void }) {
  const playground = usePlayground();
  const own = useSelection(
    (state) =>
      Object.values(state.files).filter(({ text, shippedText }) => text !== shippedText).length +
      Object.values(state.binaries).filter(({ isBuilt }) => !isBuilt).length,
  );
  const reset = (): void => {
    onClose();
    void playground.reset().then(() => {
      playground.store.getState().notify('Everything is as it ships, and the machine is new.');
    });
  };
  const what = own === 1 ? 'The one file' : `The ${own} files`;
  const sentence =
    own === 0
      ? 'You have changed and made no file, so only the machine is replaced by a new one.'
      : `${what} that you changed or made go from this browser, and a new machine boots. Of ` +
        'texts that ship, what you wrote stays under “Earlier versions”; your own files and ' +
        'folders are gone for good.';
  return (
    <Dialog
      title="Reset everything"
      sentence={sentence}
      onClose={onClose}
      buttons={
        <>
          <Button onPress={onClose}>Keep everything</Button>
          <Button kind="filled" onPress={reset}>
            Reset everything
          </Button>
        </>
      }
    />
  );
}
