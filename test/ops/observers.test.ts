import { describe, expect, test } from 'vitest';
import type { HttpObserver, SeenRequest } from '../../src/http/observer.ts';
import { type HandledBatch, type MatchObserver, nobody } from '../../src/match/observer.ts';
import { allOfHttp, allOfMatches, nobodyHttp } from '../../src/ops/observers.ts';

function httpOf(name: string, calls: string[]): HttpObserver {
  return {
    request(_seen, handle) {
      calls.push(`${name} in`);
      handle();
      calls.push(`${name} out`);
    },
    upgrade: (refusedWith) => void calls.push(`${name} upgrade ${refusedWith}`),
    malformed: (code) => void calls.push(`${name} malformed ${code}`),
  };
}

function matchesOf(name: string, calls: string[]): MatchObserver {
  return {
    now: () => name.length,
    refused: (game, code) => void calls.push(`${name} refused ${game} ${code}`),
    handled: ({ matchId }) => void calls.push(`${name} handled ${matchId}`),
    committed: ({ game }) => void calls.push(`${name} committed ${game}`),
  };
}

describe('several observers', () => {
  test('[TR10] of HTTP: each is told all, and requests nest', () => {
    const calls: string[] = [];
    const all = allOfHttp([httpOf('a', calls), nobodyHttp, httpOf('b', calls)]);
    all.request({} as SeenRequest, () => void calls.push('handled'));
    all.upgrade('http/too_many');
    all.malformed('HPE_INVALID_METHOD');
    expect(calls).toEqual([
      'a in',
      'b in',
      'handled',
      'b out',
      'a out',
      'a upgrade http/too_many',
      'b upgrade http/too_many',
      'a malformed HPE_INVALID_METHOD',
      'b malformed HPE_INVALID_METHOD',
    ]);
  });

  test('[TR10] of matches: each is told all, on one clock', () => {
    const calls: string[] = [];
    const all = allOfMatches([matchesOf('first', calls), nobody, matchesOf('b', calls)]);
    all.handled({ matchId: 'm' } as HandledBatch);
    all.committed({ game: 'whist', status: 'ok', entries: 1, ms: 1 });
    all.refused('whist', 'match/busy');
    expect(all.now()).toBe(5);
    expect(calls).toEqual([
      'first handled m',
      'b handled m',
      'first committed whist',
      'b committed whist',
      'first refused whist match/busy',
      'b refused whist match/busy',
    ]);
  });

  test('[TR10] one alone stands for itself, and nobody for none', () => {
    const [http, matches] = [httpOf('a', []), matchesOf('a', [])];
    expect(allOfHttp([nobodyHttp, http])).toBe(http);
    expect(allOfMatches([matches, nobody])).toBe(matches);
    expect(allOfHttp([])).toBe(nobodyHttp);
    expect(allOfMatches([nobody])).toBe(nobody);
  });
});
