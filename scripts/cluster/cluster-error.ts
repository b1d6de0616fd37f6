/** What a person can mend: shown as one line. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code = 'cluster/cannot_start';
}
