/** When tables move: each as soon as its last move is through (closed loop), or all of them at a fixed rate (open loop). */
import type { Table } from './table.ts';

export interface Pace {
  /** A table is through with a move; returns when that move was due. */
  done(table: Table): number;
  stop(): void;
}

export function closedLoop(tables: readonly Table[]): Pace {
  let isStopped = false;
  const sentAt = new Map<Table, number>();
  const send = (table: Table): void => {
    if (isStopped || table.isOver) return;
    sentAt.set(table, performance.now());
    table.move();
  };
  for (const table of tables) send(table);
  return {
    done(table) {
      const at = sentAt.get(table)!;
      send(table);
      return at;
    },
    stop: () => void (isStopped = true),
  };
}

/** `rate` moves a second over all tables, evenly spaced. One that is late moves at once, and its lateness counts. */
export function openLoop(tables: readonly Table[], rate: number): Pace {
  const start = performance.now();
  const sent = new Map<Table, number>();
  const late = new Map<Table, number>();
  let count = 0;
  const send = (table: Table, due: number): void => {
    sent.set(table, due);
    table.move();
  };
  const beat = (): void => {
    for (let due; (due = start + (count * 1000) / rate) <= performance.now(); count++) {
      const table = tables[count % tables.length]!;
      if (table.isOver) continue;
      if (!table.isBusy) send(table, due);
      else if (!late.has(table)) late.set(table, due);
    }
  };
  const timer = setInterval(beat, 1);
  return {
    done(table) {
      const due = sent.get(table)!;
      const overdue = late.get(table);
      late.delete(table);
      if (overdue !== undefined && !table.isOver) send(table, overdue);
      return due;
    },
    stop() {
      clearInterval(timer);
      late.clear();
    },
  };
}
