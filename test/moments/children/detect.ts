/** A process that finds moments in the database of its first argument, and prints what clients are told. It is killed. */
import { writeSync } from 'node:fs';
import { openDatabase } from '../../../src/database/database.ts';
import { openEventStream } from '../../../src/events/postgres-event-stream.ts';
import { startMomentDetector } from '../../../src/moments/detector.ts';
import { createMomentPublisher } from '../../../src/moments/publisher.ts';
import { clapMoments } from '../claps.ts';

const { sql } = await openDatabase({ url: process.argv[2]!, entities: [] });
startMomentDetector({
  stream: openEventStream({ sql, leaseMs: 400 }),
  rules: new Map([['claps', clapMoments]]),
  publish: createMomentPublisher({ sql, stream: null }),
  told(matchId, moments) {
    for (const { number } of moments) writeSync(1, `${matchId} ${number}\n`);
  },
  fault(matchId, error) {
    writeSync(1, `fault ${matchId} ${String(error)}\n`);
  },
});
// a subscription alone keeps no process alive
setInterval(() => {}, 1_000_000);
