/** Several observers as one: metrics and traces see the same things at the same time. */
import type { HttpObserver } from '../http/observer.ts';
import { type MatchObserver, nobody } from '../match/observer.ts';

/** Watches nothing of HTTP. */
export const nobodyHttp: HttpObserver = {
  request: (_seen, handle) => handle(),
  upgrade: () => {},
  malformed: () => {},
};

/** Their clock is that of the first: all of them must take `performance.now`. Whoever is `nobody` is left out. */
export function allOfMatches(observers: readonly MatchObserver[]): MatchObserver {
  const watching = observers.filter((one) => one !== nobody);
  const [first = nobody] = watching;
  if (watching.length < 2) return first;
  return {
    now: () => first.now(),
    refused: (game, code) => watching.forEach((one) => one.refused(game, code)),
    handled: (batch) => watching.forEach((one) => one.handled(batch)),
    committed: (commit) => watching.forEach((one) => one.committed(commit)),
  };
}

/** `request` nests: the first is the outermost. Whoever is `nobodyHttp` is left out. */
export function allOfHttp(observers: readonly HttpObserver[]): HttpObserver {
  const watching = observers.filter((one) => one !== nobodyHttp);
  const [first = nobodyHttp] = watching;
  if (watching.length < 2) return first;
  return {
    request: (seen, handle) =>
      watching.reduceRight<() => void>((inner, one) => () => one.request(seen, inner), handle)(),
    upgrade: (refusedWith) => watching.forEach((one) => one.upgrade(refusedWith)),
    malformed: (code) => watching.forEach((one) => one.malformed(code)),
  };
}
