// SPDX-License-Identifier: GPL-2.0-or-later
/** What the next boot makes: board, CPUs, the kernel's command line with its words, seed. */
import { CPUS_MAX, withWord, wordOf } from '../store/boot-slice.ts';
import { useSelection } from '../store/use-playground.ts';
import { Choice, Stepper, Switch } from '../widgets/fields.tsx';

const BOARDS = [
  ['pc', 'pc'],
  ['rpi3', 'rpi3'],
] as const;

/** Words of the command line that people can switch; any other may be typed. */
const WORDS = [
  {
    name: 'kasan',
    value: 'off',
    label: 'No address sanitizer',
    detail:
      'kasan=off: wrong loads and stores are not caught but corrupt memory, as in production.',
  },
  {
    name: 'preempt',
    value: 'full',
    label: 'Full preemption',
    detail: 'preempt=full: kernel code can be interrupted between any two steps. Shows more races.',
  },
  {
    name: 'watchdog_thresh',
    value: '10',
    label: 'Patient watchdog',
    detail: 'watchdog_thresh=10: a loop counts as a soft lockup after 20 s, as on Linux, not 2 s.',
  },
] as const;

export function BootSettings() {
  const boot = useSelection((state) => state.boot);
  const seed = useSelection((state) => state.seed);
  const setBoot = useSelection((state) => state.setBoot);
  const { board, cpus, cmdline } = boot;
  return (
    <section className="settings-part" aria-label="Machine">
      <h3>Machine</h3>
      <div className="setting">
        <span>
          Board <span className="quiet">rpi3: 32 bits, and the LAN9512 is soldered on</span>
        </span>
        <Choice
          label="Board"
          value={board}
          choices={BOARDS}
          onChange={(chosen) => setBoot({ board: chosen })}
        />
      </div>
      <div className="setting">
        <span>CPUs</span>
        <Stepper
          label="CPUs"
          value={cpus}
          min={1}
          max={CPUS_MAX}
          onChange={(count) => setBoot({ cpus: count })}
        />
      </div>
      {WORDS.map(({ name, value, label, detail }) => (
        <Switch
          key={name}
          label={label}
          detail={detail}
          isOn={wordOf(cmdline, name) === value}
          onChange={(isOn) =>
            setBoot({ cmdline: withWord(cmdline, name, isOn ? value : undefined) })
          }
        />
      ))}
      <label className="setting column">
        <span>Kernel command line</span>
        <input
          className="field mono"
          value={cmdline}
          placeholder="empty"
          spellCheck={false}
          onChange={(event) => setBoot({ cmdline: event.target.value })}
        />
      </label>
      <label className="setting column">
        <span>
          Seed <span className="quiet">of all chance. Now {seed ?? 'none'}; empty: a new one.</span>
        </span>
        <input
          className="field mono"
          inputMode="numeric"
          value={boot.seed ?? ''}
          placeholder="a new one at each boot"
          onChange={({ target: { value } }) =>
            setBoot({ seed: value === '' ? undefined : Number(value) })
          }
        />
      </label>
    </section>
  );
}
