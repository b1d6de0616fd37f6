/** The next deploy: clients are shown one more field of a whist table. */
import { t } from '@colyseus/schema';
import { tetris } from '../../../rooms/tetris/room.ts';
import { whist } from '../../../rooms/whist/room.ts';
import { WhistSeat, WhistTable, whistTable } from '../../../rooms/whist/state.ts';
import { withSeats } from '../../../src/match/table.ts';
import { serve } from './serve.ts';

const NextTable = WhistTable.extend({ motto: t.string().default('') }, 'NextTable');
const table = { ...whistTable, make: () => withSeats(new NextTable(), 4, () => new WhistSeat()) };

await serve([{ ...whist, table: table as unknown as (typeof whist)['table'] }, tetris]);
