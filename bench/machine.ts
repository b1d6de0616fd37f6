import { readFileSync } from 'node:fs';

/** Fields of a line of /proc/stat that are work: user, nice, system, irq, softirq, steal; in hundredths of a second. */
const busyFields = [1, 2, 3, 6, 7, 8];

/** Microseconds for which a core has been busy, whoever kept it so; 0 where the machine does not tell. */
export function busyMicros(core: number): number {
  try {
    const line = readFileSync('/proc/stat', 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`cpu${core} `));
    const fields = line!.split(/\s+/);
    return busyFields.reduce((sum, field) => sum + Number(fields[field]) * 10_000, 0);
  } catch {
    return 0;
  }
}
