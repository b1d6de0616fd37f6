import { DemoError } from './demo-error.ts';

/** The whole number of an option. Throws DemoError. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new DemoError(`--${option} must be a whole number from ${least} to ${most}, not ${text}`);
}

/** What `parse` gives; what it throws about an option is a DemoError. */
export function parseOrExplain<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new DemoError(`${(error as Error).message.split(/\.\s/)[0]}. See --help`);
  }
}
