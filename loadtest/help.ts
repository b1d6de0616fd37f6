export const usage = `Usage: npm run loadtest -- whist --clients 200 [options]     clients with the stock SDK, on @colyseus/loadtest
       npm run loadtest -- whist --sockets 10000 [options]   light clients by an open-loop schedule, with percentiles

--clients: each gets a token, is sent to a table by matchmaking, gets ready, and plays whole matches one after another.
--sockets: tables of four whose moves are due at a fixed rate, whether or not the last were answered in time. A move counts
from when it was due until all who are connected have seen it.

Both
  --url              server to load; without it one is started, and ended afterwards
  --auth-key         kid:secret of AUTH_KEYS there, to make tokens; without it POST /dev/token is asked
  --i-own-this-server  it is not this machine, and may be loaded all the same
  --database         PostgreSQL for a server of our own; without it the embedded one
  --seconds 60       how long; with --sockets after the ramp (at most 3,600)
  --rounds 26        rounds of each match

With --clients (at most 2,000)
  --think 3000       milliseconds before each move
  --plain            lines even where there is a terminal, instead of the screen of @colyseus/loadtest

With --sockets (a multiple of 4, at most 20,000)
  --rate             moves a second over all tables (one per 3 s at each)
  --ramp 10          seconds in which all tables are opened
  --churn 0          share of the sockets that is cut each second, such as 0.02
  --churn-kind       return: who was cut comes back as the SDK does; replace: tables are left, and new ones opened
  --p99              milliseconds: the exit code is 1 where the p99 of moves is not below
  --workers 1        processes that play
  --watchers 0       tables that a stock SDK client watches too: it must see what the players see
  --json             the summary as JSON, into this file

The exit code is 1 where there were errors. What a machine needs for many sockets stands in docs/loadtest.md.

  npm run loadtest -- whist --clients 200
  npm run loadtest -- whist --sockets 400 --rate 33 --seconds 20
  npm run loadtest -- whist --sockets 10000 --rate 833 --ramp 60 --churn 0.02 --seconds 120 --p99 150 \\
    --database postgres://postgres@127.0.0.1:5432/postgres`;
