/** Milliseconds as seconds, to the tenth. */
export function showSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
