/** What a balancer does besides: a server that does not answer gets no connections, and loses those that it has. */
import type { Balancer } from './balancer.ts';

const everyMs = 500;
const answerMs = 1_000;
/** A busy machine may make one answer late. */
const missesAllowed = 2;

/** Starts watching; the returned function stops it. */
export function watchHealth(balancer: Balancer, ports: readonly number[]): () => void {
  const misses = ports.map(() => 0);
  const isDown = (place: number): boolean => misses[place]! > missesAllowed;
  const aim = (): void => balancer.aim(ports.map((port, place) => (isDown(place) ? 0 : port)));
  const look = async (port: number, place: number): Promise<void> => {
    const wasDown = isDown(place);
    misses[place] = (await isLive(port)) ? 0 : misses[place]! + 1;
    if (isDown(place) === wasDown) return;
    aim();
    if (!wasDown) balancer.cut(port);
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void Promise.all(ports.map(look)).finally(() => (isLooking = false));
  }, everyMs);
  return () => clearInterval(timer);
}

async function isLive(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`, {
      signal: AbortSignal.timeout(answerMs),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
